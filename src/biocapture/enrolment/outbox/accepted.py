"""The captures of a checked enrolment that are accepted, as one CBEFF record."""

from dataclasses import replace

from biocapture.assessment.options import options_of
from biocapture.assessment.samples import sample_of
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.result import Readiness
from biocapture.errors import EnrolmentError
from biocapture.images.records.cbeff import Bir, subtype_of
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.from_samples import TYPE_NAMES, bir_of
from biocapture.types import Position, Sample


def accepted_samples(readiness: Readiness) -> list[tuple[Sample, int | None]]:
    """The best attempt of each slot, as it was captured, with its quality.

    Parameters
    ----------
    readiness : Readiness

    Returns
    -------
    list of (Sample, int or None)
        In the order of the positions, without those that have to be taken again. Quality 0..100.
    """
    accepted = []
    for slot in readiness.slots:
        best = slot.best
        if best is None or best.verdict is Verdict.RETAKE:
            continue
        options = options_of(slot.position.modality, position=slot.position, ppi=best.attempt.ppi)
        sample = replace(sample_of(best.attempt.source, options), position=slot.position)
        accepted.append((sample, round(best.quality) if best.quality == best.quality else None))
    return accepted


def packet(readiness: Readiness) -> tuple[bytes, int]:
    """CBEFF of the accepted captures and of the exceptions.

    Parameters
    ----------
    readiness : Readiness

    Returns
    -------
    data : bytes
        A document in XML: ISO/IEC 19794 records of 2011, pictures as PNG.
    count : int
        Captures in it.

    Raises
    ------
    EnrolmentError
        No capture is accepted.
    """
    accepted = accepted_samples(readiness)
    if not accepted:
        raise EnrolmentError("no capture is accepted, so there is no packet", readiness.id)
    bir = bir_of(*(sample for sample, _ in accepted), qualities=[quality for _, quality in accepted])
    missing = (slot.position for slot in readiness.slots if slot.absent and not slot.attempts)
    exceptions = tuple(_exception(position) for position in missing if position.modality)
    return write_bir(replace(bir, parts=bir.parts + exceptions)), len(accepted)


def _exception(position: Position) -> Bir:
    modality = position.modality
    assert modality is not None
    return Bir(type=(TYPE_NAMES[modality],), subtype=subtype_of(position), others=(("EXCEPTION", "true"),))
