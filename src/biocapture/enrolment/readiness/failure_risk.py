"""The estimated risk that a record fails at the central system.

``risk = 1 - (1 - P_short) · Π (1 - p_f)``

* ``P_short``: over the modalities the profile counts on (``record.usable``), the probability that one of them has
  fewer usable slots than the central search needs. A slot of quality q is unusable with probability
  ``u(q) = 1 / (1 + exp((q - UNUSABLE_MIDPOINT) / UNUSABLE_WIDTH))``, slots independent of one another; the number of
  usable slots then follows the Poisson binomial distribution. An empty or excepted slot is unusable; a slot that
  nothing assesses yet counts as usable, so that the estimate rests on what is known.
* ``p_f``: of every fault that does not come from a quality. 1 for :data:`CERTAIN_FAILURES`: the record is incomplete,
  holds a copied image, or an operator's samples. Where it rests on a comparison, the probability that the match is
  real, by Bayes: ``p = h·π / (h·π + (1 - (1 - FMR)ⁿ)·(1 - π))`` with π = :data:`FAULT_PRIOR`, h = :data:`HIT_RATE`
  and n comparisons made. ½ for :data:`EVEN_ODDS`, 0 for what only informs.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot

UNUSABLE_MIDPOINT, UNUSABLE_WIDTH = -2.0, 24.0
"""Quality at which half of the samples are unusable, and how slowly that changes with quality (0..100). Fitted to 1,652
mated pairs of the six development sets, of which 19 % failed at FMR 10⁻³ with an earlier comparison; with the present
one 6.9 % fail and the fit would be -11 and 17, so that the risk is overestimated (``models/record_chance/README.md``).
Also used for eyes and faces, whose qualities predict the same in principle; there it is not measured."""

FAULT_PRIOR = 0.01
"""Share of records, before the check, with one person's sample in another's place. Where platens were not wiped it was
0.15 (1,600 of 11,000, Pangkalpinang)."""

HIT_RATE = 0.8
"""Share of mated comparisons that reach the threshold: the same pairs, with the earlier comparison."""

EVEN_ODDS = {"ghost.second_ridges", "attempts.disagree"}
"""Ids of faults that rest on no match: what they lead to has not been measured, so the risk is put at one half."""

CERTAIN_FAILURES = {
    "complete.missing_slot",
    "complete.unreadable_file",
    "complete.wrong_modality",
    "complete.wrong_eye",
    "distinct.same_file",
    "distinct.copied_image",
    "person.operator",
}
"""Ids of faults with which a record certainly fails."""


def unusable_probability(quality: float) -> float:
    """Probability that a sample is unusable: that a mated comparison with it fails.

    Parameters
    ----------
    quality : float
        0..100.

    Returns
    -------
    float
        0..1, falling with quality.
    """
    return 1 / (1 + math.exp((quality - UNUSABLE_MIDPOINT) / UNUSABLE_WIDTH))


def failure_risk(context: CheckContext, findings: Iterable[RecordFinding]) -> float:
    """Estimated risk that a record fails at the central system; the formula is at the head of this module.

    Parameters
    ----------
    context : CheckContext
    findings : iterable of RecordFinding
        Of all checks.

    Returns
    -------
    float
        0..1.
    """
    passes = 1.0
    for modality, needed in context.profile.record.usable.items():
        slots = [slot for slot in context.slots.values() if slot.position.modality is modality]
        passes *= 1 - probability_of_fewer(needed, [_usable_probability(slot) for slot in slots])
    for finding in findings:
        passes *= 1 - _finding_risk(finding)
    return 1 - passes


def probability_of_fewer(needed: int, probabilities: Sequence[float]) -> float:
    """Probability that fewer than a number of independent events happen (Poisson binomial distribution).

    Parameters
    ----------
    needed : int
    probabilities : sequence of float
        Of each event, 0..1.

    Returns
    -------
    float
        0..1.
    """
    counts = np.ones(1)
    for probability in probabilities:
        counts = np.convolve(counts, [1 - probability, probability])
    return float(np.clip(counts[:needed].sum(), 0, 1))


def _usable_probability(slot: Slot) -> float:
    if slot.best is None:
        return 0.0
    return 1.0 if math.isnan(slot.quality) else 1 - unusable_probability(slot.quality)


def _finding_risk(finding: RecordFinding) -> float:
    if finding.id in CERTAIN_FAILURES:
        return 1.0
    if finding.id in EVEN_ODDS:
        return 0.5
    fmr = finding.evidence.get("fmr")
    if not isinstance(fmr, float):
        return 0.0
    trials = float(finding.evidence.get("comparisons", 1))
    wrong = (1 - (1 - fmr) ** trials) * (1 - FAULT_PRIOR)
    return HIT_RATE * FAULT_PRIOR / (HIT_RATE * FAULT_PRIOR + wrong)
