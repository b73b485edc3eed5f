"""Everything biocapture raises on purpose. A bad *input* raises one of these; a bad *capture* never does."""


class BiocaptureError(Exception):
    """Base of all errors raised by this library.

    Attributes
    ----------
    subject : str
        What the error is about: a path, an identifier, an option.
    """

    def __init__(self, message: str, subject: str = "") -> None:
        super().__init__(f"{subject}: {message}" if subject else message)
        self.message = message
        self.subject = subject

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Errors cross process borders: rebuild from the two arguments, not from the formatted text."""
        return type(self), (self.message, self.subject)


class DecodeError(BiocaptureError):
    """The bytes are not an image or record we can read, or exceed a stated limit."""


class FormatError(BiocaptureError):
    """A biometric record (ISO 19794, CBEFF …) violates its format."""


class TemplateError(BiocaptureError):
    """A template is damaged, of another version, or of another modality."""


class ModelError(BiocaptureError):
    """A model file is missing, altered (checksum) or of the wrong kind."""


class ProfileError(BiocaptureError):
    """A profile cannot be read, or names something that does not exist."""


class EnrolmentError(BiocaptureError):
    """A folder or manifest does not say which sample belongs to which slot of one person."""


class StationError(BiocaptureError):
    """A station's memory cannot be opened: another kind of file, damaged, in use, or not with this key."""


class HealthError(BiocaptureError):
    """A record of devices' health cannot be used: another kind of file, damaged, or in use."""


class UnknownMeasureError(BiocaptureError):
    """No measure has this id."""


class DeviceError(BiocaptureError):
    """A capture device could not do what was asked.

    Attributes
    ----------
    guidance : str
        Key of what the operator can do about it; its text is in ``guidance/``.
    """

    guidance = "device.failed"


class DeviceNotFoundError(DeviceError):
    """No such adapter, or nothing answers at the address."""

    guidance = "device.not_found"


class DeviceBusyError(DeviceError):
    """The device is there and in use, or not ready yet."""

    guidance = "device.busy"


class DeviceTimeoutError(DeviceError):
    """The device did not answer, or did not finish, in the time given."""

    guidance = "device.timeout"


class DeviceDisconnectedError(DeviceError):
    """The device went away while it was open."""

    guidance = "device.disconnected"


class DeviceDataError(DeviceError):
    """What the device sent is damaged, over a limit, forged or not what was asked for."""

    guidance = "device.bad_data"


class DeviceUnsupportedError(DeviceError):
    """The device, or this installation, cannot do what was asked."""

    guidance = "device.unsupported"


class NothingSeenError(DeviceError):
    """The device worked, and nobody put a finger, an eye or a face before it. Not a bad scan: counted apart."""

    guidance = "device.nothing_seen"


class ScanRejectedError(DeviceError):
    """The device itself found the scan too poor to hand over."""

    guidance = "device.scan_rejected"


class UsageError(BiocaptureError):
    """The caller's arguments do not fit together."""
