"""Simulated devices: their descriptions, and what the administration calls change (after MOSIP's MockMDS)."""

import threading
from dataclasses import dataclass, field
from typing import Any

from biocapture.devices.sbi.codes import (
    ANY_DEVICE,
    ERROR_OF_STATUS,
    ERROR_TEXTS,
    GROUPS,
    MODALITY_OF_TYPE,
    NOT_REGISTERED,
    PURPOSE,
    READY,
    SPEC_VERSION,
    STATUSES,
)
from biocapture.devices.sbi.wire import utc_timestamp
from biocapture.devices.simulators.sbi_keys import Signer, unsigned_message

IDENTITIES = {
    "Iris": ("1", "Double", "IRIS02"),
    "Finger": ("2", "Slap", "SLAP01"),
    "Face": ("3", "Full face", "FACE01"),
}
"""Type → device id, sub-type, model; ids as MockMDS has them."""

METHODS = ("MOSIPDISC", "MOSIPDINFO", "CAPTURE", "STREAM", "RCAPTURE")
FAULTS = (
    "",
    "signature",
    "signer",
    "transaction",
    "old",
    "hash",
    "score",
    "half",
    "short",
    "long",
    "endless",
    "silent",
)
"""Faults in the replies to an RCAPTURE."""

MAKER, FIRMWARE = "biocapture", "SIM.1"
DEFAULT_SCORE = 80.0
MAX_DELAY_MS = 600_000


@dataclass(slots=True)
class SimulatedSbiDevice:
    """One device and its state; ``lock`` is held while a capture runs.

    Attributes
    ----------
    score : float
        Quality score it reports, 0..100.
    delay_ms : dict
        By method.
    fault : str
        One of :data:`FAULTS`.
    streaming : threading.Event or None
        Set to end the preview that runs.
    """

    type: str
    callback: str
    signer: Signer
    env: str
    status: str = READY
    score: float = DEFAULT_SCORE
    delay_ms: dict[str, int] = field(default_factory=dict)
    fault: str = ""
    streaming: threading.Event | None = None
    lock: Any = field(default_factory=threading.Lock)

    @property
    def id(self) -> str:
        """As in discovery and info."""
        return IDENTITIES[self.type][0]

    @property
    def code(self) -> str:
        """The device code of captures."""
        return f"biocapture-sim-{self.type.lower()}"

    @property
    def sub_ids(self) -> list[str]:
        """Groups it can capture at once."""
        return list(GROUPS[self.type])

    def digital_id(self) -> dict[str, str]:
        """Its digital id, with the current time."""
        _, kind, model = IDENTITIES[self.type]
        named = {"serialNo": f"SIM-{self.type.upper()}-1", "make": MAKER, "model": model, "type": self.type}
        provider = {"deviceProvider": MAKER, "deviceProviderId": f"{MAKER}.sim"}
        return named | {"deviceSubType": kind} | provider | {"dateTime": utc_timestamp()}

    def status_error(self) -> dict[str, str]:
        """The error of its status."""
        return error_report(ERROR_OF_STATUS[self.status])

    def discovery_entry(self) -> dict[str, Any]:
        """Its entry in a discovery."""
        registered = self.status != NOT_REGISTERED
        return {
            "deviceId": self.id if registered else "",
            "deviceStatus": self.status,
            "certification": "L0",
            "serviceVersion": SPEC_VERSION,
            "deviceSubId": self.sub_ids,
            "callbackId": self.callback,
            "digitalId": unsigned_message(self.digital_id()),
            "deviceCode": self.code if registered else "",
            "specVersion": [SPEC_VERSION],
            "purpose": PURPOSE if registered else "",
            "error": self.status_error(),
        }

    def info_entry(self) -> dict[str, Any]:
        """Its entry in an info reply: signed, unless it is not registered."""
        registered = self.status != NOT_REGISTERED
        digital = self.digital_id()
        info = {
            "deviceStatus": self.status,
            "deviceId": self.id if registered else "",
            "firmware": FIRMWARE,
            "certification": "L0",
            "serviceVersion": SPEC_VERSION,
            "deviceSubId": self.sub_ids,
            "callbackId": self.callback,
            "digitalId": self.signer.sign(digital) if registered else unsigned_message(digital),
            "deviceCode": self.code if registered else "",
            "env": self.env if registered else "None",
            "purpose": PURPOSE if registered else "",
            "specVersion": [SPEC_VERSION],
        }
        return {
            "deviceInfo": self.signer.sign(info) if registered else unsigned_message(info),
            "error": self.status_error(),
        }


def error_report(code: int, detail: str = "") -> dict[str, str]:
    """An error as it is sent.

    Parameters
    ----------
    code : int
        0 is none.
    detail : str
        Added to the text of the code.

    Returns
    -------
    dict
        JSON.
    """
    return {
        "errorCode": str(code),
        "errorInfo": f"{ERROR_TEXTS.get(code, 'No Description available.')} {detail}".strip(),
    }


def devices_of_type(devices: dict[str, SimulatedSbiDevice], type: object) -> list[SimulatedSbiDevice] | None:
    """Devices of a type.

    Parameters
    ----------
    devices : dict of str to SimulatedSbiDevice
        By type.
    type : object
        ``Finger``, ``Iris``, ``Face``, or ``Biometric Device`` for all.

    Returns
    -------
    list of SimulatedSbiDevice or None
        None where there is no such type.
    """
    if type != ANY_DEVICE and type not in MODALITY_OF_TYPE:
        return None
    return [device for device in devices.values() if type in (ANY_DEVICE, device.type)]


def administer(devices: dict[str, SimulatedSbiDevice], call: str, content: dict[str, Any]) -> dict[str, str]:
    """Carry out an administration call.

    Parameters
    ----------
    devices : dict of str to SimulatedSbiDevice
        By type.
    call : str
        ``status``, ``score``, ``delay`` or ``fault``.
    content : dict
        JSON of the request.

    Returns
    -------
    dict
        Error report; code 0 where it succeeded.
    """
    chosen = devices_of_type(devices, content.get("type"))
    if chosen is None:
        return error_report(502)
    change = {"status": _status, "score": _score, "delay": _delay, "fault": _fault}[call]
    return error_report(change(chosen, content))


def _status(chosen: list[SimulatedSbiDevice], content: dict[str, Any]) -> int:
    status = content.get("deviceStatus")
    if status not in STATUSES:
        return 504
    for device in chosen:
        device.status = status
    return 0


def _score(chosen: list[SimulatedSbiDevice], content: dict[str, Any]) -> int:
    score = parse_number(content.get("qualityScore"))
    if score is None or not 0 <= score <= 100:
        return 505
    for device in chosen:
        device.score = score if str(content.get("fromIso", False)).lower() != "true" else DEFAULT_SCORE
    return 0


def _delay(chosen: list[SimulatedSbiDevice], content: dict[str, Any]) -> int:
    delay = parse_number(content.get("delay"))
    if delay is None or not 0 <= delay <= MAX_DELAY_MS:
        return 506
    methods = content.get("method") or METHODS
    if not isinstance(methods, list | tuple) or not all(method in METHODS for method in methods):
        return 507
    for device in chosen:
        device.delay_ms = dict.fromkeys(methods, int(delay))
    return 0


def _fault(chosen: list[SimulatedSbiDevice], content: dict[str, Any]) -> int:
    fault = content.get("fault", "")
    if fault not in FAULTS:
        return 123
    for device in chosen:
        device.fault = fault
    return 0


def parse_number(value: object) -> float | None:
    """A number that is sent as such or as a string.

    Parameters
    ----------
    value : object
        JSON value.

    Returns
    -------
    float or None
        None where it is neither.
    """
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
