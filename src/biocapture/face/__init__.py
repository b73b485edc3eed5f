"""Faces: describe one face, join faces to a batch, measure the batch.

The measures are functions of the picture and of what was found in it (:class:`biocapture.face.inputs.Inputs`); the
backend that finds it is exchangeable.
"""

from collections.abc import Iterator

from biocapture.face import portrait
from biocapture.face.describe import BACKENDS, describe, describe_inputs, failure_of, largest_face, run_backend
from biocapture.face.frame_check import PROMPTS, check_frame
from biocapture.face.inputs import Inputs, inputs_from_arrays, rgb_picture
from biocapture.face.measures import framing, iso_capture, iso_subject, likeness, operational, quality, raster
from biocapture.face.ofiq.native import NATIVE, measures_from, native
from biocapture.face.ofiq.package import add as add_package
from biocapture.face.portrait import Portrait
from biocapture.measure import measures_in
from biocapture.types import Failure, Framing, Picture, Sample

EXAMPLE_PX = (1200, 1200)

MODEL_PACKAGES = {"ofiq": add_package}
"""Name → function that adds the models of a user's package."""

MEASURES = measures_in(quality, likeness, iso_capture, iso_subject, framing, raster, operational)


def resembles(pixels: Picture) -> bool:
    """Whether a picture may be a portrait: any picture in colour, as the other modalities are grey.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8

    Returns
    -------
    bool
    """
    return pixels.ndim == 3


def draw(sample: Sample, backend: str = "default") -> tuple[Picture, Failure | None]:
    """Picture of one face with what was found in it, see :func:`biocapture.face.drawing.draw`.

    Parameters
    ----------
    sample : Sample
    backend : str
        One of :data:`BACKENDS`.

    Returns
    -------
    canvas : (H, W, 3) uint8
    failure : Failure or None
    """
    from biocapture.face import drawing

    return drawing.draw(sample, backend)


def cut_portrait(pixels: Picture, framing: Framing, backend: str = "default") -> Portrait | Failure:
    """Cut a portrait of the largest face of a photograph.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    framing : Framing
        Size of the portrait, of the head in it, and height of the eyes.
    backend : str
        One of :data:`BACKENDS`.

    Returns
    -------
    Portrait or Failure
        Why there is no face, or what of the head the picture cuts off.
    """
    picture, inputs = run_backend(pixels, backend)
    return failure_of(inputs) or portrait.cut_portrait(picture, inputs, framing)


def examples(count: int) -> Iterator[Picture]:
    """Drawn faces that are detected as such, the same each time.

    Parameters
    ----------
    count : int

    Returns
    -------
    iterator of (1200, 1200, 3) uint8
    """
    from biocapture.synthetic.portrait import portrait as drawn

    return (drawn(0, EXAMPLE_PX, {}) for _ in range(count))


__all__ = [
    "BACKENDS",
    "MEASURES",
    "MODEL_PACKAGES",
    "NATIVE",
    "PROMPTS",
    "Inputs",
    "check_frame",
    "cut_portrait",
    "describe",
    "describe_inputs",
    "draw",
    "examples",
    "inputs_from_arrays",
    "largest_face",
    "measures_from",
    "native",
    "resembles",
    "rgb_picture",
]
