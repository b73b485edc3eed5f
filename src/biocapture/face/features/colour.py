"""Colour of the skin against the colours that skin has (ISO/IEC 29794-5 natural colour, method and numbers of OFIQ)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.features.cheeks import Window
from biocapture.face.features.region import Region

SRGB_TO_XYZ = np.array([(0.43605, 0.38508, 0.14309), (0.22249, 0.71689, 0.06062), (0.01393, 0.09710, 0.71419)])
"""Linear sRGB to XYZ under D50."""

WHITE_D50_XYZ = np.array((0.964221, 1.0, 0.825211))

EPSILON, KAPPA = 216 / 24389, 24289 / 27
"""CIE constants of L*a*b*; the second is 24389/27 in CIE 15 and 24289/27 in OFIQ, kept for equality."""

REDUCTION, TONED_CODES, MIN_TONED = 8, (9, 250), 50
"""How much the picture is reduced to see its tint, the brightness that shows one, and the least number of such
pixels."""

LUMA, MIDDLE_GREY = np.array((0.299, 0.587, 0.114)), 128.0

UNNATURAL_DISTANCE = 100.0
"""Distance given to bluish and greenish skin."""


def colour_distance(pixels: Rgb, region: Region, patches: tuple[Window, Window] | None) -> float:
    """How far the mean colour of the cheeks lies from the colours of skin, a* 5..25 and b* 5..35.

    Parameters
    ----------
    pixels : (616, 616, 3) uint8
        Aligned face.
    region : Region
        The face in it; pixels outside count as black, as in OFIQ.
    patches : (Window, Window) or None
        Of :func:`biocapture.face.features.cheeks.cheek_patches`.

    Returns
    -------
    float
        Distance in the a*, b* plane; 0 for pictures without colour, 100 for bluish and greenish skin, NaN without
        patches.
    """
    if patches is None:
        return float("nan")
    if is_grey(pixels):
        return 0.0
    skin = np.concatenate([(pixels[at] * region.mask[at][..., None]).reshape(-1, 3) for at in patches])
    _, a, b = cielab(skin.mean(axis=0) / 255)
    if a < 0 or b < 0:
        return UNNATURAL_DISTANCE
    return float(np.hypot(max(0.0, 5 - a, a - 25), max(0.0, 5 - b, b - 35)))


def colour_variety(pixels: Rgb) -> float:
    """How far the colours of a picture differ from one tint that depends on luminance alone.

    The picture is reduced to an eighth, so that noise and the colour blocks of JPEG average out; a cubic of luminance
    is fitted to red and to blue less luminance, as toning and its clipping make it.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        Aligned face with its surroundings.

    Returns
    -------
    float
        Deviation of red or blue from the fit, whichever is larger, in codes at a mean luminance of 128, so
        that a dark picture keeps its colours; NaN where nearly all is black or white.
    """
    small = cv2.resize(pixels, None, fx=1 / REDUCTION, fy=1 / REDUCTION, interpolation=cv2.INTER_AREA)
    places = small.reshape(-1, 3).astype(np.float64)
    brightest = places.max(axis=1)
    places = places[(brightest >= TONED_CODES[0]) & (brightest < TONED_CODES[1])]
    if len(places) < MIN_TONED:
        return float("nan")
    grey = (places * LUMA).sum(axis=1)
    powers = ((grey - MIDDLE_GREY) / MIDDLE_GREY)[:, None] ** np.arange(4)
    tints = places[:, [0, 2]] - grey[:, None]
    fit, *_ = np.linalg.lstsq(powers, tints, rcond=None)
    deviation = float(np.sqrt(((tints - powers @ fit) ** 2).mean(axis=0)).max())
    return deviation * MIDDLE_GREY / float(grey.mean())


def is_grey(pixels: Rgb) -> bool:
    """Whether red, green and blue are equal in every pixel.

    Parameters
    ----------
    pixels : (H, W, 3) uint8

    Returns
    -------
    bool
    """
    red, green, blue = cv2.split(pixels)
    return np.array_equal(red, green) and np.array_equal(green, blue)


def cielab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colour in CIE L*a*b* under D50.

    Parameters
    ----------
    rgb : (3,) float64
        sRGB, 0..1.

    Returns
    -------
    (3,) float64
        L* 0..100, a*, b*.
    """
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    share = (SRGB_TO_XYZ * linear).sum(axis=1) / WHITE_D50_XYZ
    x, y, z = np.where(share > EPSILON, np.cbrt(share), (KAPPA * share + 16) / 116)
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))
