"""The estimated chance that a record fails at the central system, and the e-KTP status it would come back with.

``chance = 1 - (1 - P_short) · Π (1 - p_f)``

* ``P_short``: over the modalities the profile counts on (``record.usable``), the chance that one of them has fewer
  usable slots than the central search needs. A slot of quality q is unusable with probability
  ``u(q) = 1 / (1 + exp((q - MIDDLE) / WIDTH))``, slots independent of one another; the number of usable slots then
  follows the Poisson binomial distribution. An empty or excepted slot is unusable, a slot that nothing assesses yet is
  taken for usable, so that the estimate says what is known.
* ``p_f``: of every fault that does not come from a quality. 1 where the record is incomplete, holds a copied image or
  an operator. Where it rests on a comparison, the probability that the match is real, by Bayes:
  ``p = h·π / (h·π + (1 - (1 - FMR)ⁿ)·(1 - π))`` with π = :data:`PRIOR` of such records before the check, h =
  :data:`HIT_RATE` of the matcher and n comparisons made. ½ for :data:`EVEN`, 0 for what only informs.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot

MIDDLE, WIDTH = -2.0, 24.0
"""Fitted to 1,652 genuine pairs of the six development sets, of which 19 % fail at FMR 10⁻³
(``models/record_chance/fit.py``). Also used for eyes and faces, whose qualities predict the same in principle; there
it is not measured."""

PRIOR = 0.01
"""Share of records with one person's sample in another's place. Where platens were not wiped it was 0.15 (1,600 of
11,000, Pangkalpinang)."""

HIT_RATE = 0.8
"""Share of real matches that reach the threshold (the same pairs)."""

EVEN = {"ghost.second_ridges", "attempts.disagree"}
"""Faults that rest on no match: nothing is measured about what they lead to, and even odds are said."""

CERTAIN = {
    "complete.missing_slot",
    "complete.unreadable_file",
    "complete.wrong_modality",
    "complete.wrong_eye",
    "distinct.same_file",
    "distinct.copied_image",
    "person.operator",
}


def unusable(quality: float) -> float:
    """Probability that a sample of this quality does not find its mate."""
    return 1 / (1 + math.exp((quality - MIDDLE) / WIDTH))


def failure_risk(case: Case, findings: Iterable[Finding]) -> float:
    """Estimate for one record, 0..1; see the head of this module."""
    passes = 1.0
    for modality, needed in case.profile.record.usable.items():
        slots = [slot for slot in case.slots.values() if slot.position.modality is modality]
        passes *= 1 - fewer_than(needed, [_usable(slot) for slot in slots])
    for finding in findings:
        passes *= 1 - _of_finding(finding)
    return 1 - passes


def fewer_than(needed: int, probabilities: Sequence[float]) -> float:
    """Probability that fewer than ``needed`` of independent events happen (Poisson binomial distribution)."""
    counts = np.ones(1)
    for probability in probabilities:
        counts = np.convolve(counts, [1 - probability, probability])
    return float(np.clip(counts[:needed].sum(), 0, 1))


def _usable(slot: Slot) -> float:
    if slot.best is None:
        return 0.0
    return 1.0 if math.isnan(slot.quality) else 1 - unusable(slot.quality)


def _of_finding(finding: Finding) -> float:
    if finding.id in CERTAIN:
        return 1.0
    if finding.id in EVEN:
        return 0.5
    fmr = finding.evidence.get("fmr")
    if not isinstance(fmr, float):
        return 0.0
    trials = float(finding.evidence.get("comparisons", 1))
    wrong = (1 - (1 - fmr) ** trials) * (1 - PRIOR)
    return HIT_RATE * PRIOR / (HIT_RATE * PRIOR + wrong)
