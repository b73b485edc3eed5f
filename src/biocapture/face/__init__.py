"""Faces: describe one face, join faces to a batch, measure the batch."""

from biocapture.face.ofiq import measures_from

__all__ = ["measures_from"]
