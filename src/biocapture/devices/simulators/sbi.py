"""A simulated registration device: SBI 0.9.5 over HTTP on this machine, for tests of registration clients.

Administration calls (``POST`` with JSON): ``/admin/status {type, deviceStatus}``, ``/admin/score {type, qualityScore,
fromIso}``, ``/admin/delay {type, delay, method[]}``, ``/admin/profile {profileId}`` as MOSIP's MockMDS has them, and
``/admin/fault {type, fault}``.
"""

import itertools
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from biocapture.devices.sbi.codes import GROUPS, MODALITY_OF_TYPE, PORTS
from biocapture.devices.simulators.sbi_http import SbiHandler
from biocapture.devices.simulators.sbi_keys import Signer, new_signer
from biocapture.devices.simulators.sbi_state import SimulatedSbiDevice
from biocapture.devices.simulators.sbi_subject import SyntheticSubject, subject_of_profile
from biocapture.devices.simulators.server import SimulatorServer
from biocapture.errors import DeviceBusyError, UsageError


class SbiSimulator:
    """Simulated devices of one service; ``with`` serves them, leaving it ends every thread and connection.

    Parameters
    ----------
    port : int or None
        None: the first free one of 4501..4600. 0: any free one.
    types : tuple of str
        ``Finger``, ``Iris``, ``Face``.
    env : str
        Environment they are registered for.
    fps : float
        Frames per second of previews.
    signer : Signer, optional
        Keys; new ones by default.

    Raises
    ------
    UsageError
        No such type.
    DeviceBusyError
        No port is free.
    """

    def __init__(
        self,
        port: int | None = None,
        types: tuple[str, ...] = tuple(MODALITY_OF_TYPE),
        env: str = "Developer",
        fps: float = 10.0,
        signer: Signer | None = None,
    ) -> None:
        if not types or not set(types) <= set(MODALITY_OF_TYPE):
            raise UsageError(f"types are {', '.join(MODALITY_OF_TYPE)}", ", ".join(types) or "types")
        self.signer = signer or new_signer()
        self.profile = "Default"
        self.fps = fps
        self.closing = threading.Event()
        self._captures = itertools.count()
        self._server = _bound(PORTS if port is None else (port,), self)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.devices = {kind: SimulatedSbiDevice(kind, self.url, self.signer, env) for kind in types}

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.stop()

    def subject(self) -> SyntheticSubject:
        """The capture subject of the next capture."""
        return subject_of_profile(self.profile, next(self._captures))

    def prepare(self) -> None:
        """Draw the subject of the profile now: a finger takes half a second, which the first capture then saves."""
        for kind in self.devices:
            for position in dict.fromkeys(itertools.chain(*GROUPS[kind].values())):
                subject_of_profile(self.profile, 0).pixels(MODALITY_OF_TYPE[kind], position)


def _bound(ports: Iterable[int], simulator: SbiSimulator) -> "SimulatorServer[SbiSimulator]":
    for port in ports:
        try:
            return SimulatorServer(port, simulator, SbiHandler, "sbi-simulator")
        except OSError as error:
            refused = error
    raise DeviceBusyError(f"no free port ({refused.strerror or refused})", "127.0.0.1")
