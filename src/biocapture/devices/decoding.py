"""From what a device sent to an `Image`, with a device's error: the only place where adapters decode."""

import numpy as np
from numpy.typing import NDArray

from biocapture.devices.protocol import Target
from biocapture.errors import DecodeError, DeviceDataError, DeviceUnsupportedError, FormatError
from biocapture.images.decode import decode, decode_record_image
from biocapture.images.limits import MAX_BYTES, MAX_PIXELS
from biocapture.images.records.record import images_in_record, with_envelope_position
from biocapture.types import Image, Modality


def device_image(
    data: bytes | NDArray[np.uint8], modality: Modality, subject: str, ppi: float = 0.0, max_bytes: int = MAX_BYTES
) -> Image:
    """Image of one encoded picture, or of pixels, from a device.

    Parameters
    ----------
    data : bytes or array
        Encoded, or (H, W) grey or (H, W, 3) RGB uint8 pixels.
    modality : Modality
        Fingers and irises become grey, faces RGB.
    subject : str
        Who sent it, for the error.
    ppi : float
        Resolution the device was set to; 0 = what the file says.
    max_bytes : int
        Limit of encoded bytes.

    Returns
    -------
    Image
        (H, W) or (H, W, 3) uint8.

    Raises
    ------
    DeviceDataError
        It cannot be decoded, or is over a limit.
    """
    try:
        return decode(data, modality=modality, ppi=ppi or None, max_bytes=max_bytes, max_pixels=MAX_PIXELS)
    except DecodeError as error:
        raise DeviceDataError(error.message, subject) from error


def record_image(record: bytes, target: Target, subject: str) -> Image:
    """Image of the first picture of a biometric record from a device.

    Parameters
    ----------
    record : bytes
        ISO/IEC 19794 or CBEFF.
    target : Target
        What was requested; its position is noted where the record names none.
    subject : str
        Who sent it, for the error.

    Returns
    -------
    Image
        (H, W) or (H, W, 3) uint8.

    Raises
    ------
    DeviceDataError
        A damaged record, one of another modality, or a picture that cannot be decoded.
    """
    try:
        shown = images_in_record(record)[0]
    except FormatError as error:
        raise DeviceDataError(f"sent a damaged record: {error.message}", subject) from error
    if shown.modality is not target.modality:
        raise DeviceDataError(f"sent a record of {shown.modality}, expected {target.modality}", subject)
    try:
        return decode_record_image(with_envelope_position(shown, target.position), target.modality)
    except DecodeError as error:
        raise DeviceDataError(f"sent a picture that cannot be read: {error.message}", subject) from error


def refuse_other(modality: Modality, allowed: tuple[Modality, ...], subject: str) -> None:
    """Refuse a modality that the device does not have.

    Parameters
    ----------
    modality : Modality
        What was requested.
    allowed : tuple of Modality
        What the device captures.
    subject : str
        The device, for the error.

    Raises
    ------
    DeviceUnsupportedError
        ``modality`` is not among ``allowed``.
    """
    if modality not in allowed:
        raise DeviceUnsupportedError(f"captures {', '.join(allowed)}, not {modality}", subject)
