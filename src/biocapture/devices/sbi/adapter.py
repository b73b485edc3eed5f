"""Devices that speak MOSIP's Secure Biometric Interface 0.9.5 for registration: fingers, irises, faces.

``sbi:`` takes the first device found on ports 4501..4600 of this machine, ``sbi:127.0.0.1:4501`` the first there,
``sbi:127.0.0.1:4501/2`` the one with id 2. Every reply is verified: signature and certificates, device, transaction,
time, hash chain.
"""

import time
import uuid
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Literal, Self

from pydantic import Field

from biocapture.devices.decoding import device_image, record_image
from biocapture.devices.protocol import Capabilities, DeviceOptions, Health, Info, Preview, State, Target
from biocapture.devices.sbi.codes import GROUPS, MODALITY_OF_TYPE, PORTS
from biocapture.devices.sbi.discovery import ServiceAddress, parse_address, scan_ports
from biocapture.devices.sbi.jws import load_certificates
from biocapture.devices.sbi.messages import CaptureRequest, VerifiedCapture
from biocapture.devices.sbi.session import Session, callback_address, identify, retry_while_busy
from biocapture.devices.sbi.verification import Trust
from biocapture.devices.transport.http1 import Connection
from biocapture.errors import (
    DeviceBusyError,
    DeviceError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)
from biocapture.types import Image, Modality, Position, Sample

MAX_BYTES = 64_000_000
"""Limit of a reply in bytes: four fingers are about 1 MB, a lossless face 10 MB, each wrapped in base64 twice."""


class SbiOptions(DeviceOptions):
    """How the service is found and verified.

    Attributes
    ----------
    host : str
        Where to search when no address is given. Services listen on this machine only.
    first_port, last_port : int
    type : str
        ``Finger``, ``Iris`` or ``Face``; empty: any.
    env : str
        Environment the device is registered for.
    requested_score : int
        Quality, 0..100, at which the device stops its own search for a better frame.
    trust : path, optional
        PEM file of certificates that may vouch for devices. Without it, the device is recognised by the key with which
        it identified itself when it was opened.
    expired_ok : bool
        Accept certificates that are out of date.
    lag_s : float
        Accepted difference between a reply's time and ours.
    open_timeout_s : float
        To find and identify the device.
    max_bytes : int
        Of a reply.
    """

    host: str = "127.0.0.1"
    first_port: int = Field(4501, ge=1, le=65535)
    last_port: int = Field(4600, ge=1, le=65535)
    type: Literal["", "Finger", "Iris", "Face"] = ""
    env: Literal["Staging", "Developer", "Pre-Production", "Production"] = "Developer"
    requested_score: int = Field(40, ge=0, le=100)
    trust: Path | None = None
    expired_ok: bool = False
    lag_s: float = Field(300.0, gt=0, le=86_400)
    open_timeout_s: float = Field(5.0, gt=0, le=60)
    max_bytes: int = Field(MAX_BYTES, ge=1000, le=1_000_000_000)


class SbiDevice:
    """One device of an SBI service."""

    options_model: ClassVar[type[DeviceOptions]] = SbiOptions

    def __init__(self, address: str, options: SbiOptions) -> None:
        self._address = address
        self._options = options
        self._session: Session | None = None
        self._previewed: Connection | None = None
        self.captures: tuple[VerifiedCapture, ...] = ()
        """Of the last capture: the records as sent, with the device's own scores, hashes and signed messages."""

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Search for devices on this machine's ports 4501..4600.

        Parameters
        ----------
        timeout_s : float
            Longest search.

        Returns
        -------
        list of str
            ``host:port/device``.
        """
        return [f"{service}/{device.deviceId}" for service, device in scan_ports("127.0.0.1", PORTS, "", timeout_s)]

    def __enter__(self) -> Self:
        deadline = time.monotonic() + self._options.open_timeout_s
        service, device_id = self._find_service(deadline)
        kind, trust = self._options.type, self._trust()
        identity = retry_while_busy(lambda: identify(service, device_id, kind, trust, deadline), deadline)
        called = callback_address(service, identity.info.callbackId)
        self._session = Session(called, identity, trust, self._options.max_bytes)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_preview()
        self._session = None

    @property
    def info(self) -> Info:
        """As the device describes itself; asks it again for its state."""
        session = self._session
        if session is None:
            return Info("sbi", self._address, Capabilities(()), Health(State.NOT_READY, "is not open"))
        reported, digital_id = session.identity.info, session.identity.digital_id
        abilities = Capabilities((self._modality,), self._positions, Preview.VIEW, group=len(self._positions) > 1)
        names = digital_id.make, digital_id.model, digital_id.serialNo, reported.firmware
        return Info("sbi", f"{session.service}/{reported.deviceId}", abilities, self._health(), *names)

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Capture one finger, eye or face; the other positions of its group are requested as exceptions.

        Parameters
        ----------
        target : Target
            A position the device has.
        timeout_s : float
            For the device, and for the verification of its reply.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`; `DeviceDataError` where the reply cannot be verified.
        """
        return self.capture_group([target], timeout_s)[0]

    def capture_group(self, targets: Sequence[Target], timeout_s: float) -> tuple[Sample, ...]:
        """Capture the fingers of a slap, both thumbs or both eyes at once.

        Parameters
        ----------
        targets : sequence of Target
            Of one group of the device, each position once.
        timeout_s : float
            For the device, and for the verification of its reply.

        Returns
        -------
        tuple of Sample
            In the order of ``targets``.

        Raises
        ------
        DeviceError
            As `GroupCapture.capture_group`; `DeviceDataError` where the reply cannot be verified.
        """
        deadline = time.monotonic() + timeout_s
        session = self._require_session()
        sub_id, positions, exceptions = self._group(targets)
        device, kind, transaction = session.identity.info.deviceId, session.identity.digital_id.type, str(uuid.uuid4())
        options = self._options
        request = CaptureRequest(
            device, kind, sub_id, positions, exceptions, transaction, "", options.requested_score, options.env
        )
        self.captures = session.capture(request, deadline)
        by_position = {capture.position: capture for capture in self.captures}
        name = f"sbi:{session.identity.digital_id.serialNo}:{transaction}"
        return tuple(
            Sample(
                record_image(by_position[each.position].record, each, str(session.service)),
                each.modality,
                each.position,
                name,
            )
            for each in targets
        )

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """Pictures to look at, with the device's own drawing over them; not captures.

        Parameters
        ----------
        target : Target
            A position the device has.
        timeout_s : float
            Longest wait for one frame.

        Returns
        -------
        generator of Image

        Raises
        ------
        DeviceError
            As `LivePreview.frames`.
        """
        session = self._require_session()
        sub_id = self._group([target])[0]
        return self._preview_frames(session, sub_id, target.modality, timeout_s)

    def _preview_frames(
        self, session: Session, sub_id: str, modality: Modality, timeout_s: float
    ) -> Generator[Image, None, None]:
        self._stop_preview()
        connection, stream = session.open_stream(sub_id, time.monotonic() + timeout_s)
        self._previewed = connection
        try:
            while (frame := stream.newest_frame(timeout_s)) is not None:
                yield device_image(frame, modality, str(session.service))
        finally:
            connection.close()

    def _stop_preview(self) -> None:
        if self._previewed:
            self._previewed.close()
        self._previewed = None

    def _require_session(self) -> Session:
        if self._session is None:
            raise DeviceNotFoundError("is not open", f"sbi:{self._address}")
        return self._session

    def _trust(self) -> Trust:
        return Trust(load_certificates(self._options.trust), self._options.expired_ok, self._options.lag_s)

    def _find_service(self, deadline: float) -> tuple[ServiceAddress, str]:
        """Service and device id; found by a scan where no address is given."""
        if self._address:
            return parse_address(self._address)
        options = self._options
        ports = range(options.first_port, options.last_port + 1)
        devices = scan_ports(options.host, ports, options.type, 0.6 * (deadline - time.monotonic()))
        if not devices:
            raise DeviceNotFoundError(
                f"no device on ports {options.first_port}..{options.last_port}", f"sbi:{options.host}"
            )
        return devices[0][0], devices[0][1].deviceId

    @property
    def _modality(self) -> Modality:
        kind = self._require_session().identity.digital_id.type
        if kind not in MODALITY_OF_TYPE:
            raise DeviceUnsupportedError(f"a device of type {kind[:20]!r}", f"sbi:{self._address}")
        return MODALITY_OF_TYPE[kind]

    @property
    def _groups(self) -> dict[str, tuple[Position, ...]]:
        """Positions the device can capture at once, by sub-id; smallest group first."""
        identity = self._require_session().identity
        sub_ids = identity.info.deviceSubId
        groups = {key: group for key, group in GROUPS[identity.digital_id.type].items() if key in sub_ids}
        return dict(sorted(groups.items(), key=lambda item: len(item[1])))

    @property
    def _positions(self) -> tuple[Position, ...]:
        return tuple(dict.fromkeys(position for group in self._groups.values() for position in group))

    def _group(self, targets: Sequence[Target]) -> tuple[str, tuple[Position, ...], tuple[Position, ...]]:
        """Sub-id of the smallest group that holds all targets, the positions, and the other positions of the group."""
        positions = tuple(dict.fromkeys(each.position for each in targets))
        subject = f"sbi:{self._address}"
        if not targets or len(positions) < len(targets) or {each.modality for each in targets} != {self._modality}:
            raise DeviceUnsupportedError(f"takes {self._modality}, each position once", subject)
        for sub_id, group in self._groups.items():
            if set(positions) <= set(group):
                return sub_id, positions, tuple(position for position in group if position not in positions)
        takes_any = "0" in self._require_session().identity.info.deviceSubId
        if takes_any and len(positions) == 1 and positions[0] is not Position.UNKNOWN:
            return "0", positions, ()
        raise DeviceUnsupportedError(f"cannot take {', '.join(positions)} at once", subject)

    def _health(self) -> Health:
        try:
            self._require_session().current_info(time.monotonic() + min(2.0, self._options.open_timeout_s))
        except DeviceBusyError as error:
            return Health(State.BUSY if "(error 111)" in error.message else State.NOT_READY, error.message)
        except DeviceError as error:
            return Health(State.GONE, error.message)
        return Health()
