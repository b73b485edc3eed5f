"""Where received packets are kept. The files are the whole state: it can be killed at any moment.

``incoming/ID.part`` grows as bytes come, ``incoming/ID.json`` says what is to come, ``packets/ID.bcp`` is whole and
verified, ``receipts/ID.json`` is the signed receipt for it.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from biocapture.enrolment.outbox.keys import PublicKeys, SecretKeys
from biocapture.enrolment.outbox.packet import ENDING, verify
from biocapture.enrolment.outbox.receipt import Receipt, sign_receipt
from biocapture.errors import PacketError
from biocapture.images.private_files import FILE_MODE, private_folder, sync_folder, whole_file


class ChangedOnTheWayError(Exception):
    """What arrived is not what the sender said it would send."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An upload: how long it is to be, and its SHA-256 where the sender says so."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of received packets.

    Attributes
    ----------
    folder : Path
    server : SecretKeys
        Signs receipts.
    trusted : callable
        Whether the keys of a station are known.
    """

    folder: Path
    server: SecretKeys
    trusted: Callable[[PublicKeys], bool]

    def prepare(self) -> None:
        """Make the folders."""
        for name in ("incoming", "packets", "receipts"):
            private_folder(self.folder / name)

    def packet(self, id: str) -> Path:
        """File of a packet that is whole.

        Parameters
        ----------
        id : str

        Returns
        -------
        Path
        """
        return self.folder / "packets" / f"{id}{ENDING}"

    def expect(self, id: str, expected: Expected) -> bool:
        """Begin an upload, or go on with the one there is.

        Parameters
        ----------
        id : str
        expected : Expected

        Returns
        -------
        bool
            False where another copy of this packet is here already.
        """
        if self.packet(id).exists():
            return self._receipt(id).sha256 == expected.sha256
        before = self.expected(id)
        if before is not None and before != expected:
            self.drop(id)  # sealed anew: nothing of the earlier copy fits
        if before != expected:
            self._write(self._about(id), json.dumps([expected.size, expected.sha256]))
        return True

    def expected(self, id: str) -> Expected | None:
        """The upload that was begun.

        Parameters
        ----------
        id : str

        Returns
        -------
        Expected or None
        """
        try:
            size, sha256 = json.loads(self._about(id).read_text())
        except (OSError, ValueError):
            return None
        return Expected(size, sha256)

    def offset(self, id: str) -> int | None:
        """Bytes that are here.

        Parameters
        ----------
        id : str

        Returns
        -------
        int or None
            None where no such upload was begun.
        """
        if self.packet(id).exists():
            return self.packet(id).stat().st_size
        if self.expected(id) is None:
            return None
        part = self.part(id)
        return part.stat().st_size if part.exists() else 0

    def part(self, id: str) -> Path:
        """File that grows.

        Parameters
        ----------
        id : str

        Returns
        -------
        Path
        """
        return self.folder / "incoming" / f"{id}.part"

    def append(self, id: str, data: bytes) -> None:
        """Add bytes at the end.

        Parameters
        ----------
        id : str
        data : bytes
        """
        descriptor = os.open(self.part(id), os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(descriptor, "ab") as handle:
            handle.write(data)

    def accept(self, id: str) -> Receipt:
        """Put a whole upload on the shelf.

        Parameters
        ----------
        id : str

        Returns
        -------
        Receipt

        Raises
        ------
        ChangedOnTheWayError
            Other bytes than announced; they are gone, and may be sent again.
        PacketError
            It is no packet, or of an unknown station; it is gone.
        """
        part = self.part(id)
        try:
            self._check(id, part)
        except (ChangedOnTheWayError, PacketError):
            self.drop(id)
            raise
        part.replace(self.packet(id))
        sync_folder(self.packet(id).parent)
        self._about(id).unlink(missing_ok=True)
        return self._receipt(id)

    def _check(self, id: str, part: Path) -> None:
        expected = self.expected(id)
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        if expected and expected.sha256 and digest != expected.sha256:
            raise ChangedOnTheWayError
        if verify(part, self.trusted).header.id != id:
            raise PacketError("is another packet than it was announced as", id)

    def receipt(self, id: str) -> Receipt | None:
        """The receipt of a packet.

        Parameters
        ----------
        id : str

        Returns
        -------
        Receipt or None
            None where the packet is not whole here.
        """
        return self._receipt(id) if self.packet(id).exists() else None

    def drop(self, id: str) -> None:
        """Forget an upload that is not whole.

        Parameters
        ----------
        id : str
        """
        self.part(id).unlink(missing_ok=True)
        self._about(id).unlink(missing_ok=True)

    def _receipt(self, id: str) -> Receipt:
        """From its file, or made anew where the process was killed before it was written."""
        path = self.folder / "receipts" / f"{id}.json"
        try:
            return Receipt(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            with self.packet(id).open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            size = self.packet(id).stat().st_size
            receipt = sign_receipt(id, digest, size, int(time.time()), self.server)
            self._write(path, receipt.to_json())
            return receipt

    def _about(self, id: str) -> Path:
        return self.folder / "incoming" / f"{id}.json"

    def _write(self, path: Path, text: str) -> None:
        with whole_file(path) as handle:
            handle.write(text.encode())
