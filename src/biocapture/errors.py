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


class UnknownMeasureError(BiocaptureError):
    """No measure has this id."""


class DeviceError(BiocaptureError):
    """A capture device could not do what was asked."""


class UsageError(BiocaptureError):
    """The caller's arguments do not fit together."""
