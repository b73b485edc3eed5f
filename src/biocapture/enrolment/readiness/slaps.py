"""Slaps of an enrolment cut into fingers, each an attempt at its own slot."""

from collections import Counter
from dataclasses import replace

from biocapture.assessment.options import Options
from biocapture.assessment.samples import sample_of
from biocapture.assessment.slaps import SlapCapture, slap_of
from biocapture.enrolment import Enrolment, SlapAttempt, SlapFault, SlotAttempt
from biocapture.enrolment.record import position_order
from biocapture.errors import BiocaptureError
from biocapture.profile.load import Profile
from biocapture.types import Modality, Position

UNREADABLE = "enrolment.unreadable_file"


def with_slap_fingers(enrolment: Enrolment, profile: Profile) -> Enrolment:
    """The enrolment with every finger of its slaps as an attempt at its slot, after the attempts that it has.

    Parameters
    ----------
    enrolment : Enrolment
    profile : Profile

    Returns
    -------
    Enrolment
        The same object where it has no slaps; otherwise ``slap_faults`` says what is wrong with them.
    """
    if not enrolment.slaps:
        return enrolment
    taken = Counter(attempt.position for attempt in enrolment.attempts)
    attempts, faults = list(enrolment.attempts), []
    for slap in enrolment.slaps:
        try:
            capture = _capture(slap, enrolment, profile)
        except (BiocaptureError, MemoryError) as error:
            faults.append(SlapFault(slap, UNREADABLE, str(error) or type(error).__name__))
            continue
        faults += [SlapFault(slap, key) for key in capture.found.faults]
        for finger in capture.fingers:
            if finger.position is not Position.UNKNOWN:
                taken[finger.position] += 1
                attempts.append(SlotAttempt(finger.position, finger, taken[finger.position], finger.id))
    attempts.sort(key=lambda attempt: position_order(attempt.position))
    return replace(enrolment, attempts=tuple(attempts), slaps=(), slap_faults=tuple(faults))


def _capture(slap: SlapAttempt, enrolment: Enrolment, profile: Profile) -> SlapCapture:
    """The slap; fingers that are excepted are not expected on it."""
    sample = sample_of(slap.source, Options(profile, Modality.FINGERPRINT, slap.group, slap.ppi))
    due = tuple(finger for finger in slap.group.fingers if finger not in enrolment.absent)
    image = replace(sample.image, path=sample.image.path or slap.name)
    capture = slap_of(replace(sample, image=image, position=Position.UNKNOWN, fingers=due or slap.group.fingers))
    if capture is None:
        raise BiocaptureError("larger than any slap", slap.name)
    return capture
