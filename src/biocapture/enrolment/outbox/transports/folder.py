"""``folder:PATH``: a stick or a mounted share; a courier carries it, and brings the receipts back."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from biocapture.enrolment.outbox.packet import ENDING
from biocapture.enrolment.outbox.receipt import MAX_RECEIPT_BYTES
from biocapture.enrolment.outbox.transports.protocol import Outgoing, Progress, TransportError
from biocapture.images.private_files import private, private_folder, sync_folder

CHUNK_BYTES = 1 << 20
LIST = "handover.csv"
"""Packets in the folder, one a line: id, bytes, SHA-256."""


class FolderTransport:
    """Copies packets into ``packets/``, and takes receipts from ``receipts/``.

    Parameters
    ----------
    address : str
    token : str
        Of no use here.
    """

    def __init__(self, address: str, token: str = "") -> None:
        del token
        self._folder = Path(address.partition(":")[2])

    def send(self, packet: Outgoing, progress: Progress) -> Any:
        """See :class:`~biocapture.enrolment.outbox.transports.protocol.Transport`.

        Parameters
        ----------
        packet : Outgoing
        progress : Progress

        Returns
        -------
        object or None
        """
        try:
            if not self._folder.is_dir():
                raise TransportError(f"{self._folder}: is not there")
            receipt = self._folder / "receipts" / f"{packet.id}.json"
            if receipt.is_file():
                with receipt.open("rb") as handle:
                    return json.loads(handle.read(MAX_RECEIPT_BYTES))
            copy = self._folder / "packets" / f"{packet.id}{ENDING}"
            if not (copy.is_file() and copy.stat().st_size == packet.size):
                self._copy(packet, copy, progress)
        except OSError as error:
            raise TransportError(f"{self._folder}: {error.strerror or error}") from error
        except ValueError:
            raise TransportError(f"{self._folder}: a receipt is damaged") from None
        return None

    def close(self) -> None:
        """Nothing is open."""

    def _copy(self, packet: Outgoing, copy: Path, progress: Progress) -> None:
        private_folder(copy.parent)
        if shutil.disk_usage(self._folder).free < packet.size:
            raise TransportError(f"{self._folder}: less than {packet.size} bytes are free")
        part = private(copy.with_name(copy.name + ".part"))
        with packet.path.open("rb") as source, part.open("wb") as out:
            while piece := source.read(CHUNK_BYTES):
                out.write(piece)
                progress.sent(len(piece))
            out.flush()
            os.fsync(out.fileno())
        part.replace(copy)
        with (self._folder / LIST).open("a", encoding="ascii") as listed:
            listed.write(f"{packet.id},{packet.size},{packet.sha256}\n")
        sync_folder(copy.parent)
