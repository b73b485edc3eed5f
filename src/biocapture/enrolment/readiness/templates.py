"""What of an enrolment a station remembers: the templates of the best attempts, and nothing else."""

from collections.abc import Mapping
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment
from biocapture.enrolment.readiness.examine import examined_slots
from biocapture.enrolment.readiness.slot import Slot
from biocapture.errors import EnrolmentError
from biocapture.profile.load import load_profile
from biocapture.types import Position


def templates_of(enrolment: Enrolment, threads: int = 2) -> dict[Position, Any]:
    """Slot → template of the best attempt.

    Raises
    ------
    EnrolmentError
        Nothing in it can be compared.
    """
    found = best_templates(examined_slots(enrolment, load_profile("default", measures()), threads))
    if not found:
        raise EnrolmentError("nothing in it can be compared", enrolment.id)
    return found


def best_templates(slots: Mapping[Position, Slot]) -> dict[Position, Any]:
    """Slot → template of the best attempt, of slots that can be compared."""
    return {
        slot.position: slot.best.template for slot in slots.values() if slot.best and slot.best.template is not None
    }
