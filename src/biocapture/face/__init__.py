"""Faces: describe one face, join faces to a batch, measure the batch.

The measures are functions of the picture and of what was found in it (:class:`biocapture.face.inputs.Inputs`); which
models find it is exchangeable.
"""

from biocapture.face.describe import BACKENDS, describe, describe_inputs, largest_face
from biocapture.face.frame_check import PROMPTS, check_frame
from biocapture.face.inputs import Inputs, inputs_from_arrays, rgb_picture
from biocapture.face.measures import iso_capture, iso_subject, likeness, operational, quality
from biocapture.face.ofiq.native import NATIVE, measures_from, native
from biocapture.measure import declared_in

MEASURES = declared_in(quality, likeness, iso_capture, iso_subject, operational)


__all__ = [
    "BACKENDS",
    "MEASURES",
    "NATIVE",
    "PROMPTS",
    "Inputs",
    "check_frame",
    "describe",
    "describe_inputs",
    "inputs_from_arrays",
    "largest_face",
    "measures_from",
    "native",
    "rgb_picture",
]
