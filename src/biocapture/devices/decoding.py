"""What adapters share: bytes or pixels from a device to an `Image`, with the device's own errors."""

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError, DeviceDataError, DeviceUnsupportedError
from biocapture.images.decode import MAX_BYTES, MAX_PIXELS, decode
from biocapture.types import Image, Modality


def decoded(
    data: bytes | NDArray[np.uint8], modality: Modality, subject: str, ppi: float = 0.0, max_bytes: int = MAX_BYTES
) -> Image:
    """An image from a device.

    Parameters
    ----------
    data : bytes or array
        Encoded, or (H, W) grey or (H, W, 3) RGB pixels.
    ppi : float
        Resolution the device was set to; 0 = what the file says.

    Raises
    ------
    DeviceDataError
        It cannot be decoded, or is over a limit.
    """
    try:
        return decode(data, modality=modality, ppi=ppi or None, max_bytes=max_bytes, max_pixels=MAX_PIXELS)
    except DecodeError as error:
        raise DeviceDataError(error.message, subject) from error


def refuse_other(modality: Modality, allowed: tuple[Modality, ...], subject: str) -> None:
    """Raise `DeviceUnsupportedError` for a modality the device does not have."""
    if modality not in allowed:
        raise DeviceUnsupportedError(f"captures {', '.join(allowed)}, not {modality}", subject)
