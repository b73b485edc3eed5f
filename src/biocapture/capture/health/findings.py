"""What is wrong with a device, and how that is known."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.change import level_change
from biocapture.capture.health.lines import DeadLine, dead_lines
from biocapture.capture.health.outcome import OutcomeKind
from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.record import HealthRecord, StoredOutcome
from biocapture.capture.health.spots import DirtSpot, dirt_spots
from biocapture.errors import UsageError

Facts = dict[str, float | int | str | bool]

PATTERN_CAPTURES, MIN_CAPTURES = 60, 40
"""Captures whose common pattern is looked at, and with fewer than which nothing is said of it."""

MAX_FINDINGS = 5
"""Findings of one kind that are told; a scratched glass has many spots."""

MIN_CHANGE = {"quality": 0.15, "brightness": 0.06, "contrast": 0.25}
"""Share of the level before: smaller changes are not told. Contrast depends on how moist people's fingers are."""

RECENT_OUTCOMES = 50
"""Outcomes among which errors are counted, and captures among which residue is."""

MIN_ERRORS, MIN_ERROR_SHARE = 3, 0.08
MIN_RESIDUE_SHARE = 0.2
MIN_CLEAN_SCORE = 50.0
"""Score of a print beside which an earlier one shows."""


@dataclass(frozen=True, slots=True)
class DeviceFinding:
    """Something wrong.

    Attributes
    ----------
    key : str
        Guidance key: what to do. Its text with ``_evidence`` at the end says how it is known, from ``facts``.
    since : float or None
        Seconds since 1970: since when, where that can be told.
    facts : dict
        Numbers of the evidence.
    """

    key: str
    facts: Facts = field(default_factory=dict)
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A device.

    Attributes
    ----------
    device : str
    captures : int
        Pictures in the record.
    errors : int
        Errors in the record.
    findings : tuple of Finding
        What to do something about first comes first.
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
    """Look through all that is kept of a device."""
    noted, parts = record.outcomes(device), record.patterns(device)
    pattern = latest_pattern(parts)
    kinds = Counter(one.kind for one in noted)
    dead: list[DeadLine] = []
    dirty: list[DirtSpot] = []
    found = list(error_findings(noted))
    if pattern is not None and pattern.count >= MIN_CAPTURES:
        dead, dirty = dead_lines(pattern), dirt_spots(pattern)
        found += [*_lines(parts, pattern, dead), *_spots(parts, pattern, dirty)]
    found += [*residue_findings(noted), *change_findings(noted)]
    return Diagnosis(
        device, kinds[OutcomeKind.TAKEN], kinds[OutcomeKind.ERROR], tuple(found), pattern, tuple(dirty), tuple(dead)
    )


def diagnose_all(record: HealthRecord, device: str = "") -> list[Diagnosis]:
    """Every device of a record, or the one of this key.

    Raises
    ------
    UsageError
        There is none of this key.
    """
    known = record.devices()
    if device and device not in known:
        raise UsageError(f"no such device in the record; there are: {', '.join(known) or 'none'}", device)
    return [diagnose(record, key) for key in ([device] if device else known)]


def latest_pattern(parts: Sequence[Pattern]) -> Pattern | None:
    """The last patterns together that have at least 60 captures, or all there are."""
    chosen: list[Pattern] = []
    for part in reversed(parts):
        if sum(one.count for one in chosen) < PATTERN_CAPTURES:
            chosen.append(part)
    return Pattern.join(chosen) if chosen else None


def error_findings(noted: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Errors among the recent outcomes."""
    recent = [one for one in noted if one.kind is not OutcomeKind.RESIDUE][-RECENT_OUTCOMES:]
    kinds = Counter(one.detail for one in recent if one.kind is OutcomeKind.ERROR)
    count = kinds.total()
    if count >= MIN_ERRORS and count >= MIN_ERROR_SHARE * len(recent):
        first = next(one.time for one in recent if one.kind is OutcomeKind.ERROR)
        names = ", ".join(f"{name} {number}" for name, number in kinds.most_common(3))
        yield DeviceFinding("health.check_connection", {"errors": count, "count": len(recent), "kinds": names}, first)


def residue_findings(noted: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Earlier prints that show beside the new ones, or on the empty glass."""
    recent = [one for one in noted if one.kind in (OutcomeKind.TAKEN, OutcomeKind.RESIDUE)][-RECENT_OUTCOMES:]
    known = [one for one in recent if one.kind is OutcomeKind.RESIDUE or np.isfinite(one.residue)]
    seen = [one for one in known if one.kind is OutcomeKind.RESIDUE or one.residue < MIN_CLEAN_SCORE]
    if len(known) >= RECENT_OUTCOMES // 2 and len(seen) >= MIN_RESIDUE_SHARE * len(known):
        yield DeviceFinding("health.wipe_after_each", {"seen": len(seen), "count": len(known)}, seen[0].time)


def change_findings(noted: Sequence[StoredOutcome]) -> Iterator[DeviceFinding]:
    """Scores that fell; brightness and contrast that are not what they were. Per modality."""
    for modality in sorted({one.modality for one in noted}):
        own = [one for one in noted if one.modality is modality and one.kind is OutcomeKind.TAKEN]
        for name, least in MIN_CHANGE.items():
            found = level_change(_column(own, name))
            if found is None or abs(found.share) < least or (name == "quality" and found.share > 0):
                continue
            facts: Facts = {
                "percent": round(100 * abs(found.share)),
                "before": round(found.before),
                "after": round(found.after),
                "count": len(own) - found.first_index,
            }
            yield DeviceFinding(_changed(name, found.share), facts, own[found.first_index].time)


def _changed(name: str, share: float) -> str:
    if name == "quality":
        return "health.scores_fell"
    if name == "brightness":
        return "health.darker" if share < 0 else "health.brighter"
    return "health.contrast_fell" if share < 0 else "health.contrast_rose"


def _column(noted: Sequence[StoredOutcome], name: str) -> NDArray[np.float64]:
    return np.array([getattr(one, name) for one in noted], np.float64)


def _lines(parts: Sequence[Pattern], pattern: Pattern, dead: Sequence[DeadLine]) -> Iterator[DeviceFinding]:
    for line in dead[:MAX_FINDINGS]:
        facts: Facts = {"line": line.number, "seen": line.captures, "count": pattern.count}
        yield DeviceFinding("health.dead_row" if line.is_row else "health.dead_column", facts, _since(parts, line))


def _spots(parts: Sequence[Pattern], pattern: Pattern, dirty: Sequence[DirtSpot]) -> Iterator[DeviceFinding]:
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
        yield DeviceFinding("health.clean_platen", facts, _since(parts, spot))


def _since(parts: Sequence[Pattern], mark: DeadLine | DirtSpot) -> float | None:
    """When the first of the unbroken row of patterns begins that show it; None where all do, or the last does not."""
    shown = [mark.is_in(part) for part in parts]
    first = len(shown) - next((n for n, is_shown in enumerate(reversed(shown)) if not is_shown), len(shown))
    return parts[first].first_time if 0 < first < len(shown) else None
