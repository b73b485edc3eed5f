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


class ResolutionError(BiocaptureError):
    """The resolution of a capture does not allow what is asked of it."""


class ModelError(BiocaptureError):
    """A model file is missing, altered (checksum) or of the wrong kind."""


class ProfileError(BiocaptureError):
    """A profile cannot be read, or names a measure or position that does not exist."""


class EnrolmentError(BiocaptureError):
    """A folder or manifest does not state which sample belongs to which position of one person."""


class StationError(BiocaptureError):
    """The store of a station cannot be opened: another kind of file, damaged, in use, or encrypted with another key."""


class HealthError(BiocaptureError):
    """A health record of devices cannot be used: another kind of file, damaged, or in use."""


class PacketError(BiocaptureError):
    """A packet, its keys or the outbox cannot be used: damaged, changed, or for somebody else."""


class UnknownMeasureError(BiocaptureError):
    """No measure has this id."""


class DeviceError(BiocaptureError):
    """A capture device could not do what was requested.

    Attributes
    ----------
    guidance : str
        Key of what the operator can do about it; its text is in ``guidance/``.
    """

    guidance = "device.failed"


class DeviceNotFoundError(DeviceError):
    """No such adapter, or no device answers at the address."""

    guidance = "device.not_found"


class DeviceBusyError(DeviceError):
    """The device is present, but in use or not ready yet."""

    guidance = "device.busy"


class DeviceTimeoutError(DeviceError):
    """The device did not answer, or did not finish, in the time given."""

    guidance = "device.timeout"


class DeviceDisconnectedError(DeviceError):
    """The device was disconnected while it was open."""

    guidance = "device.disconnected"


class DeviceDataError(DeviceError):
    """What the device sent is damaged, over a limit, forged or not what was requested."""

    guidance = "device.bad_data"


class DeviceUnsupportedError(DeviceError):
    """The device, or this installation, cannot do what was requested."""

    guidance = "device.unsupported"


class NothingPresentedError(DeviceError):
    """The device works, but no finger, eye or face was presented to it; counted apart from bad captures."""

    guidance = "device.nothing_seen"


class ScanRejectedError(DeviceError):
    """The device itself rejected the scan as too poor."""

    guidance = "device.scan_rejected"


class UsageError(BiocaptureError):
    """The caller's arguments do not fit together."""
