"""What is wrong with a device, and the evidence for it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.change import level_change
from biocapture.capture.health.lines import DeadLine, dead_lines
from biocapture.capture.health.outcome import OutcomeKind
from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.record import HealthRecord
from biocapture.capture.health.rows import StoredOutcome
from biocapture.capture.health.spots import DirtSpot, dirt_spots
from biocapture.errors import UsageError

Facts = dict[str, float | int | str | bool]

PATTERN_CAPTURES, MIN_CAPTURES = 60, 40
"""Captures whose common pattern is analysed, and with fewer than which it is not."""

MAX_FINDINGS = 5
"""Findings of one kind; a scratched glass has many spots."""

MIN_CHANGE = {"quality": 0.15, "brightness": 0.06, "contrast": 0.25}
"""Share of the level before, for a finding. Contrast depends on how moist people's fingers are."""

RECENT_OUTCOMES = 50
"""Outcomes among which errors are counted, and captures among which residue is."""

MIN_ERRORS, MIN_ERROR_SHARE = 3, 0.08
MIN_RESIDUE_SHARE = 0.2
MIN_CLEAN_SCORE = 50.0
"""Score, 0..100, of a print without a latent residue beside it."""


@dataclass(frozen=True, slots=True)
class DeviceFinding:
    """One fault of a device.

    Attributes
    ----------
    key : str
        Guidance key: what to do. Its text with ``_evidence`` at the end states the evidence, from ``facts``.
    since : float or None
        Seconds since 1970: since when, where that is known.
    facts : dict
        Numbers of the evidence.
    """

    key: str
    facts: Facts = field(default_factory=dict)
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings about a device.

    Attributes
    ----------
    device : str
        Its ``Info.key``.
    captures : int
        Images in the record.
    errors : int
        Errors in the record.
    findings : tuple of DeviceFinding
        The most urgent first.
    pattern : Pattern or None
        Of the latest captures; spots and lines are those in it.
    """

    device: str
    captures: int
    errors: int
    findings: tuple[DeviceFinding, ...]
    pattern: Pattern | None
    spots: tuple[DirtSpot, ...]
    lines: tuple[DeadLine, ...]


def diagnose(record: HealthRecord, device: str) -> Diagnosis:
    """Diagnose one device.

    Parameters
    ----------
    record : HealthRecord
    device : str
        Its ``Info.key``.

    Returns
    -------
    Diagnosis
    """
    outcomes, patterns = record.outcomes(device), record.patterns(device)
    pattern = latest_pattern(patterns)
    kinds = Counter(outcome.kind for outcome in outcomes)
    dead: list[DeadLine] = []
    dirty: list[DirtSpot] = []
    findings = list(error_findings(outcomes))
    if pattern is not None and pattern.count >= MIN_CAPTURES:
        dead, dirty = dead_lines(pattern), dirt_spots(pattern)
        findings += [*_lines(patterns, pattern, dead), *_spots(patterns, pattern, dirty)]
    findings += [*residue_findings(outcomes), *change_findings(outcomes)]
    return Diagnosis(
        device, kinds[OutcomeKind.TAKEN], kinds[OutcomeKind.ERROR], tuple(findings), pattern, tuple(dirty), tuple(dead)
    )


def diagnose_all(record: HealthRecord, device: str = "") -> list[Diagnosis]:
    """Diagnose every device of a record, or one.

    Parameters
    ----------
    record : HealthRecord
    device : str
        An ``Info.key``; empty: all.

    Returns
    -------
    list of Diagnosis
        The device used last first.

    Raises
    ------
    UsageError
        There is no such device.
    """
    devices = record.devices()
    if device and device not in devices:
        raise UsageError(f"no such device in the record; there are: {', '.join(devices) or 'none'}", device)
    return [diagnose(record, key) for key in ([device] if device else devices)]


def latest_pattern(patterns: Sequence[Pattern]) -> Pattern | None:
    """Sum of the last patterns that have 60 captures together, or of all there are.

    Parameters
    ----------
    patterns : sequence of Pattern
        Of one geometry, oldest first.

    Returns
    -------
    Pattern or None
        None without captures.
    """
    chosen: list[Pattern] = []
    for pattern in reversed(patterns):
        if sum(pattern.count for pattern in chosen) < PATTERN_CAPTURES:
            chosen.append(pattern)
    return Pattern.join(chosen) if chosen else None


def error_findings(outcomes: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Errors among the recent outcomes.

    Parameters
    ----------
    outcomes : sequence of StoredOutcome
        Oldest first.

    Yields
    ------
    DeviceFinding
        At most one.
    """
    recent = [outcome for outcome in outcomes if outcome.kind is not OutcomeKind.RESIDUE][-RECENT_OUTCOMES:]
    kinds = Counter(outcome.detail for outcome in recent if outcome.kind is OutcomeKind.ERROR)
    count = kinds.total()
    if count >= MIN_ERRORS and count >= MIN_ERROR_SHARE * len(recent):
        first = next(outcome.time for outcome in recent if outcome.kind is OutcomeKind.ERROR)
        names = ", ".join(f"{name} {number}" for name, number in kinds.most_common(3))
        yield DeviceFinding("health.check_connection", {"errors": count, "count": len(recent), "kinds": names}, first)


def residue_findings(outcomes: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Latent residues beside new prints, or on the empty glass.

    Parameters
    ----------
    outcomes : sequence of StoredOutcome
        Oldest first.

    Yields
    ------
    DeviceFinding
        At most one.
    """
    recent = [outcome for outcome in outcomes if outcome.kind in (OutcomeKind.TAKEN, OutcomeKind.RESIDUE)][
        -RECENT_OUTCOMES:
    ]
    known = [outcome for outcome in recent if outcome.kind is OutcomeKind.RESIDUE or np.isfinite(outcome.residue)]
    dirty = [outcome for outcome in known if outcome.kind is OutcomeKind.RESIDUE or outcome.residue < MIN_CLEAN_SCORE]
    if len(known) >= RECENT_OUTCOMES // 2 and len(dirty) >= MIN_RESIDUE_SHARE * len(known):
        yield DeviceFinding("health.wipe_after_each", {"seen": len(dirty), "count": len(known)}, dirty[0].time)


def change_findings(outcomes: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Quality scores that fell, brightness and contrast that changed; per modality.

    Parameters
    ----------
    outcomes : sequence of StoredOutcome
        Oldest first.

    Yields
    ------
    DeviceFinding
    """
    for modality in sorted({outcome.modality for outcome in outcomes}):
        own = [outcome for outcome in outcomes if outcome.modality is modality and outcome.kind is OutcomeKind.TAKEN]
        for name, min_share in MIN_CHANGE.items():
            change = level_change(_column(own, name))
            if change is None or abs(change.share) < min_share or (name == "quality" and change.share > 0):
                continue
            facts: Facts = {
                "percent": round(100 * abs(change.share)),
                "before": round(change.before),
                "after": round(change.after),
                "count": len(own) - change.first_index,
            }
            yield DeviceFinding(_changed(name, change.share), facts, own[change.first_index].time)


def _changed(name: str, share: float) -> str:
    if name == "quality":
        return "health.scores_fell"
    if name == "brightness":
        return "health.darker" if share < 0 else "health.brighter"
    return "health.contrast_fell" if share < 0 else "health.contrast_rose"


def _column(outcomes: Sequence[StoredOutcome], name: str) -> NDArray[np.float64]:
    return np.array([getattr(outcome, name) for outcome in outcomes], np.float64)


def _lines(patterns: Sequence[Pattern], pattern: Pattern, dead: Sequence[DeadLine]) -> Iterator[DeviceFinding]:
    for line in dead[:MAX_FINDINGS]:
        facts: Facts = {"line": line.number, "seen": line.captures, "count": pattern.count}
        yield DeviceFinding("health.dead_row" if line.is_row else "health.dead_column", facts, _since(patterns, line))


def _spots(patterns: Sequence[Pattern], pattern: Pattern, dirty: Sequence[DirtSpot]) -> Iterator[DeviceFinding]:
    for spot in dirty[:MAX_FINDINGS]:
        facts: Facts = {
            "right": round(100 * spot.column / pattern.geometry.columns),
            "down": round(100 * spot.row / pattern.geometry.rows),
            "width": round(spot.width_px),
            "height": round(spot.height_px),
            "percent": round(100 * spot.depth),
            "seen": spot.captures,
            "count": pattern.count,
        }
        yield DeviceFinding("health.clean_platen", facts, _since(patterns, spot))


def _since(patterns: Sequence[Pattern], mark: DeadLine | DirtSpot) -> float | None:
    """Time from which on every pattern shows the mark; None where all do, or the last does not."""
    shown = [mark.is_in(pattern) for pattern in patterns]
    first = len(shown) - next((n for n, is_shown in enumerate(reversed(shown)) if not is_shown), len(shown))
    return patterns[first].first_time if 0 < first < len(shown) else None
