"""Words and numbers of SBI 0.9.5: types, names of fingers and eyes, device sub-ids, error codes."""

from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
    ScanRejectedError,
)
from biocapture.images.records.cbeff import position_named, subtype_of
from biocapture.types import Modality, Position

SPEC_VERSION = "0.9.5"
PORTS = range(4501, 4601)
PURPOSE = "Registration"
ENVIRONMENTS = ("Staging", "Developer", "Pre-Production", "Production")
ANY_DEVICE = "Biometric Device"
MODALITY_OF_TYPE = {"Finger": Modality.FINGERPRINT, "Face": Modality.FACE, "Iris": Modality.IRIS}
TYPE_OF_MODALITY = {modality: name for name, modality in MODALITY_OF_TYPE.items()}
READY, BUSY, NOT_READY, NOT_REGISTERED = STATUSES = ("Ready", "Busy", "Not Ready", "Not Registered")
ERROR_OF_STATUS = {READY: 0, BUSY: 111, NOT_READY: 110, NOT_REGISTERED: 100}

LEFT_HAND, RIGHT_HAND, THUMBS, EYES = (
    (Position.LEFT_INDEX, Position.LEFT_MIDDLE, Position.LEFT_RING, Position.LEFT_LITTLE),
    (Position.RIGHT_INDEX, Position.RIGHT_MIDDLE, Position.RIGHT_RING, Position.RIGHT_LITTLE),
    (Position.LEFT_THUMB, Position.RIGHT_THUMB),
    (Position.LEFT_EYE, Position.RIGHT_EYE),
)
GROUPS: dict[str, dict[str, tuple[Position, ...]]] = {
    "Finger": {"1": LEFT_HAND, "2": RIGHT_HAND, "3": THUMBS},
    "Iris": {"1": EYES[:1], "2": EYES[1:], "3": EYES},
    "Face": {"0": (Position.FACE,)},
}
"""Type → device sub-id → positions captured at once, in the order sent. 0 of fingers and eyes: any single one."""

SUBTYPE_OF_POSITION = {position: " ".join(subtype_of(position)) for position in Position if subtype_of(position)}
"""``Left IndexFinger`` … ``Right``; faces have none."""

ERROR_TEXTS = {
    0: "Success",
    100: "Device not registered",
    101: "Unable to detect a biometric object",
    102: "Technical error during extraction",
    103: "Device tamper detected",
    104: "Unable to connect to management server",
    105: "Image orientation error",
    106: "Device not found",
    107: "Device public key expired",
    108: "Domain public key missing",
    109: "Requested number of biometric (Finger/IRIS) not supported",
    110: "Device is not ready",
    111: "Device is busy",
    112: "Invalid Transaction ID",
    114: "Device Type Mismatch",
    115: "Env values Mismatch",
    118: "Exception Mismatch with Type of biometric Data",
    120: "Device Type MisMatch for given deviceId",
    121: "Purpose Value Mismatch",
    122: "BioSubType/Exception MisMatch for given Biometric Type",
    123: "Malformed JSON",
    500: "Invalid URL",
    502: "Biometric Type values Mismatch('Biometric Device', 'Finger', 'Face', 'Iris')",
    503: "Devices are not Connected, please connect devices",
    504: "Device Status values Mismatch ('Ready', 'Busy', 'Not Ready', 'Not Registered')",
    505: "Quality Score can not be empty and greater than 100 or lesser than 0",
    506: "Delay can not empty and lesser than 0 milliseconds",
    507: "Method array can contain values only MOSIPDISC, MOSIPDINFO, CAPTURE, STREAM, RCAPTURE",
    551: "Profile Not Set, please check the profile value",
    604: "Device Id value not present in Livestream request object",
    605: "Device is not connected or not Registered for the deviceId given in Livestream request object",
    607: "Device Status is Not Ready or Busy",
    609: "Live Stream timeout",
    700: "RCapture Failed because Live streaming was stopped",
    701: "RCapture Failed because Capture Timeout has happened",
    703: "RCapture process already in progress, try after sometime",
    704: "Device Id value not present in RCapture request object",
    705: "Device is not connected or not Registered for the deviceId given in RCapture request object",
    707: "BioMetric not present for the given bio subtype",
    709: "RCapture request can not be done for Auth Devices",
    809: "Auth Capture request can not be done for Registration Devices",
}
"""Texts of MOSIP's mock device, which clients show as they are."""

ERROR_CLASSES: dict[type[DeviceError], tuple[int, ...]] = {
    NothingPresentedError: (101, 707, 708),
    ScanRejectedError: (102, 105),
    DeviceNotFoundError: (106, 202, 503, 605, 705),
    DeviceBusyError: (110, 111, 607, 702, 703),
    DeviceTimeoutError: (609, 701, 801),
    DeviceDisconnectedError: (700,),
    DeviceDataError: (103, 112, 123),
}


def device_error(code: str, text: str, peer: str) -> DeviceError:
    """Error that an error code of the device means.

    Parameters
    ----------
    code : str
        As sent.
    text : str
        The device's own explanation, may be empty.
    peer : str
        The service.

    Returns
    -------
    DeviceError
        Not raised; `DeviceUnsupportedError` for codes that are not known.
    """
    number = int(code) if code.isascii() and code.isdigit() and len(code) <= 4 else -1
    kind = next((kind for kind, codes in ERROR_CLASSES.items() if number in codes), DeviceUnsupportedError)
    explanation = text.strip() or ERROR_TEXTS.get(number, "no explanation")
    return kind(f"the device says: {explanation[:200]} (error {code[:20]})", peer)


def position_of_subtype(type: str, subtype: str | None) -> Position:
    """Position that a reply names.

    Parameters
    ----------
    type : str
        ``Finger``, ``Iris`` or ``Face``.
    subtype : str or None
        ``Left IndexFinger``, ``Right`` …; none for faces.

    Returns
    -------
    Position
        ``UNKNOWN`` for other names.
    """
    return position_named(MODALITY_OF_TYPE.get(type), subtype or "")
