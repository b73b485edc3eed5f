"""What a station remembers of an enrolment: the templates of the best attempts, and nothing else."""

from collections.abc import Mapping
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment
from biocapture.enrolment.readiness.examine import examine_slots
from biocapture.enrolment.readiness.slaps import with_slap_fingers
from biocapture.enrolment.readiness.slot import Slot
from biocapture.errors import EnrolmentError
from biocapture.profile.load import load_profile
from biocapture.types import Position


def templates_of(enrolment: Enrolment, threads: int = 2) -> dict[Position, Any]:
    """Templates of the best attempts of an enrolment.

    Parameters
    ----------
    enrolment : Enrolment
    threads : int
        Attempts examined at a time; the result does not depend on it.

    Returns
    -------
    dict
        Position → template.

    Raises
    ------
    EnrolmentError
        Nothing in it can be compared.
    """
    profile = load_profile("default", measures())
    templates = best_templates(examine_slots(with_slap_fingers(enrolment, profile), profile, threads))
    if not templates:
        raise EnrolmentError("nothing in it can be compared", enrolment.id)
    return templates


def best_templates(slots: Mapping[Position, Slot]) -> dict[Position, Any]:
    """Templates of the best attempts of examined slots.

    Parameters
    ----------
    slots : dict
        Position → slot.

    Returns
    -------
    dict
        Position → template, of slots that can be compared.
    """
    return {
        slot.position: slot.best.template for slot in slots.values() if slot.best and slot.best.template is not None
    }
