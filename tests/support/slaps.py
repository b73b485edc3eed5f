"""Slaps as files."""

from pathlib import Path

from PIL import Image as Pillow

from biocapture.synthetic.hand.slap import Conditions, Slap, ridge_pool, slap


def drawn_slap(seed: int = 21, conditions: Conditions | None = None) -> Slap:
    """A synthetic slap; its fingers come from two patterns only, which are grown once per process."""
    return slap(seed, conditions, ridge_pool(900, 2))


def slap_file(path: Path, conditions: Conditions | None = None, seed: int = 21) -> Path:
    """Write a slap as PNG with its resolution."""
    drawn = drawn_slap(seed, conditions)
    Pillow.fromarray(drawn.pixels).save(path, dpi=(drawn.ppi, drawn.ppi))
    return path
