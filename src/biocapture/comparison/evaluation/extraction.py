"""What an evaluation needs of each file: its template, its quality, or why it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from biocapture.assessment.options import Options
from biocapture.assessment.samples import sample_of
from biocapture.assessment.scoring import reports
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.protocol import matcher_for
from biocapture.errors import BiocaptureError


@dataclass(frozen=True, slots=True)
class Extraction:
    """What became of one file.

    Attributes
    ----------
    name : str
        In the pair list.
    template : bytes
        As stored; empty where the file cannot be read, and where another comparison's scores are given.
    is_empty : bool
        It was read and holds nothing to compare: a failure to extract.
    quality : float
        Our unified quality, 0..100; NaN where it is not needed or not assessable.
    error : str
        Why it cannot be read.
    """

    name: str
    template: bytes
    is_empty: bool = False
    quality: float = float("nan")
    error: str = ""


def extract(
    names: Sequence[str], images: Path, options: Options, with_template: bool, with_quality: bool
) -> list[Extraction]:
    """Extract templates and qualities; a file that cannot be read gives an ``error``.

    Parameters
    ----------
    names : sequence of str
        Files within ``images``.
    images : Path
    options : Options
        Of one modality.
    with_template, with_quality : bool
        What is needed of them.

    Returns
    -------
    list of Extraction
        One per name.
    """
    return [_extract_one(name, images, options, with_template, with_quality) for name in names]


def lost_extraction(name: str, reason: str) -> Extraction:
    """Answer for a file whose extraction failed.

    Parameters
    ----------
    name : str
        In the pair list.
    reason : str

    Returns
    -------
    Extraction
    """
    return Extraction(name, b"", error=f"{name}: {reason}")


def _extract_one(name: str, images: Path, options: Options, with_template: bool, with_quality: bool) -> Extraction:
    try:
        if not with_template:
            return Extraction(name, b"", quality=reports([sample_of(images / name, options)], options)[0].quality)
        sample, template = sample_and_template(images / name, options)
        quality = reports([sample], options)[0].quality if with_quality else float("nan")
        return Extraction(name, template.to_bytes(), matcher_for(sample.modality).is_empty(template), quality)
    except (BiocaptureError, MemoryError) as error:
        return Extraction(name, b"", error=str(error) or f"{name}: {type(error).__name__}")
    except Exception as error:  # noqa: BLE001  a fault of ours must cost one file, not the list
        return lost_extraction(name, f"internal error, please report it: {type(error).__name__}: {error}")
