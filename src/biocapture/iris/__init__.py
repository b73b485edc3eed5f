"""Irises: describe one eye lit by near infrared, join eyes to a batch, measure the batch."""

from collections.abc import Mapping

from biocapture.iris.describe import describe
from biocapture.iris.frame_check import PROMPTS, check_frame
from biocapture.iris.measures import integrity, iso, operational, quality
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, declared_in

MEASURES = declared_in(quality, iso, operational, integrity)

NATIVE: Mapping[str, str] = {
    "right_eye": "Probability that an iris image shows the right eye, from the place of the pupil; empty where unknown"
}
"""Every native column → what it is."""


def native(batch: IrisBatch) -> dict[str, Column]:
    """Which eye it is."""
    return {"right_eye": integrity.right_eye(batch)}


__all__ = ["MEASURES", "NATIVE", "PROMPTS", "check_frame", "describe", "native"]
