"""Faces: describe one face, join faces to a batch, measure the batch.

The measures are functions of the picture and of what was found in it (:class:`biocapture.face.inputs.Inputs`); which
models find it is exchangeable.
"""

from collections.abc import Iterator

from biocapture.face.describe import BACKENDS, describe, describe_inputs, largest_face
from biocapture.face.frame_check import PROMPTS, check_frame
from biocapture.face.inputs import Inputs, inputs_from_arrays, rgb_picture
from biocapture.face.measures import iso_capture, iso_subject, likeness, operational, quality
from biocapture.face.ofiq.native import NATIVE, measures_from, native
from biocapture.face.ofiq.package import add as add_package
from biocapture.face.portrait import Portrait
from biocapture.face.portrait import cut_portrait as cut
from biocapture.measure import measures_in
from biocapture.types import Failure, Framing, Picture, Sample

EXAMPLE_PX = (1200, 1200)

MODEL_PACKAGES = {"ofiq": add_package}
"""Name → adds the models of a user's package."""

MEASURES = measures_in(quality, likeness, iso_capture, iso_subject, operational)


def resembles(pixels: Picture) -> bool:
    """Any picture in colour may be a portrait: the other modalities are grey."""
    return pixels.ndim == 3


def draw(sample: Sample, backend: str = "default") -> tuple[Picture, Failure | None]:
    """Picture of one face with what was found in it: see :func:`biocapture.face.drawing.draw`."""
    from biocapture.face import drawing

    return drawing.draw(sample, backend)


def cut_portrait(pixels: Picture, framing: Framing, backend: str = "default") -> Portrait | Failure:
    """Portrait of the largest face of a photograph; without a face, the reason.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    framing : Framing
    backend : str
        One of :data:`BACKENDS`.
    """
    points = largest_face(pixels, backend)
    return points if isinstance(points, Failure) else cut(pixels, points, framing)


def examples(count: int) -> Iterator[Picture]:
    """A drawn face that is found as one, 1200 × 1200; the same each time."""
    from biocapture.synthetic.portrait import portrait

    return (portrait(0, EXAMPLE_PX, {}) for _ in range(count))


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
