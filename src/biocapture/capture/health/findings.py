"""What is wrong with a device, and how that is known."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.change import change
from biocapture.capture.health.lines import Line, lines
from biocapture.capture.health.outcome import Kind
from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.record import HealthRecord, Noted
from biocapture.capture.health.spots import Spot, spots
from biocapture.errors import UsageError

Facts = dict[str, float | int | str | bool]

LATEST, ENOUGH = 60, 40
"""Captures whose common pattern is looked at, and with fewer than which nothing is said of it."""

MOST = 5
"""Findings of one kind that are told; a scratched glass has many spots."""

MIN_CHANGE = {"quality": 0.15, "brightness": 0.06, "contrast": 0.25}
"""Share of the level before: smaller changes are not told. Contrast depends on how moist people's fingers are."""

RECENT = 50
"""Outcomes among which errors are counted, and captures among which residue is."""

MIN_ERRORS, MIN_ERROR_SHARE = 3, 0.08
MIN_RESIDUE_SHARE = 0.2
BAD_RESIDUE = 50.0
"""Score of a print beside which an earlier one shows."""


@dataclass(frozen=True, slots=True)
class Finding:
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
    findings: tuple[Finding, ...]
    pattern: Pattern | None
    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]


def diagnose(record: HealthRecord, device: str) -> Diagnosis:
    """Look through all that is kept of a device."""
    noted, parts = record.outcomes(device), record.patterns(device)
    pattern = latest(parts)
    kinds = Counter(one.kind for one in noted)
    dead: list[Line] = []
    dirty: list[Spot] = []
    found = list(errors(noted))
    if pattern is not None and pattern.count >= ENOUGH:
        dead, dirty = lines(pattern), spots(pattern)
        found += [*_lines(parts, pattern, dead), *_spots(parts, pattern, dirty)]
    found += [*residue(noted), *changes(noted)]
    return Diagnosis(device, kinds[Kind.TAKEN], kinds[Kind.ERROR], tuple(found), pattern, tuple(dirty), tuple(dead))


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


def latest(parts: Sequence[Pattern]) -> Pattern | None:
    """The last patterns together that have at least 60 captures, or all there are."""
    chosen: list[Pattern] = []
    for part in reversed(parts):
        if sum(one.count for one in chosen) < LATEST:
            chosen.append(part)
    return Pattern.joined(chosen) if chosen else None


def errors(noted: Sequence[Noted]) -> Iterator[Finding]:
    """Errors among the recent outcomes."""
    recent = [one for one in noted if one.kind is not Kind.RESIDUE][-RECENT:]
    kinds = Counter(one.detail for one in recent if one.kind is Kind.ERROR)
    count = kinds.total()
    if count >= MIN_ERRORS and count >= MIN_ERROR_SHARE * len(recent):
        first = next(one.time for one in recent if one.kind is Kind.ERROR)
        names = ", ".join(f"{name} {number}" for name, number in kinds.most_common(3))
        yield Finding("health.check_connection", {"errors": count, "count": len(recent), "kinds": names}, first)


def residue(noted: Sequence[Noted]) -> Iterator[Finding]:
    """Earlier prints that show beside the new ones, or on the empty glass."""
    recent = [one for one in noted if one.kind in (Kind.TAKEN, Kind.RESIDUE)][-RECENT:]
    known = [one for one in recent if one.kind is Kind.RESIDUE or np.isfinite(one.residue)]
    seen = [one for one in known if one.kind is Kind.RESIDUE or one.residue < BAD_RESIDUE]
    if len(known) >= RECENT // 2 and len(seen) >= MIN_RESIDUE_SHARE * len(known):
        yield Finding("health.wipe_after_each", {"seen": len(seen), "count": len(known)}, seen[0].time)


def changes(noted: Sequence[Noted]) -> Iterator[Finding]:
    """Scores that fell; brightness and contrast that are not what they were. Per modality."""
    for modality in sorted({one.modality for one in noted}):
        own = [one for one in noted if one.modality is modality and one.kind is Kind.TAKEN]
        for name, least in MIN_CHANGE.items():
            found = change(_column(own, name))
            if found is None or abs(found.share) < least or (name == "quality" and found.share > 0):
                continue
            facts: Facts = {
                "percent": round(100 * abs(found.share)),
                "before": round(found.before),
                "after": round(found.after),
                "count": len(own) - found.at,
            }
            yield Finding(_changed(name, found.share), facts, own[found.at].time)


def _changed(name: str, share: float) -> str:
    if name == "quality":
        return "health.scores_fell"
    if name == "brightness":
        return "health.darker" if share < 0 else "health.brighter"
    return "health.contrast_fell" if share < 0 else "health.contrast_rose"


def _column(noted: Sequence[Noted], name: str) -> NDArray[np.float64]:
    return np.array([getattr(one, name) for one in noted], np.float64)


def _lines(parts: Sequence[Pattern], pattern: Pattern, dead: Sequence[Line]) -> Iterator[Finding]:
    for line in dead[:MOST]:
        facts: Facts = {"line": line.number, "seen": line.seen, "count": pattern.count}
        yield Finding("health.dead_row" if line.is_row else "health.dead_column", facts, _since(parts, line))


def _spots(parts: Sequence[Pattern], pattern: Pattern, dirty: Sequence[Spot]) -> Iterator[Finding]:
    for spot in dirty[:MOST]:
        facts: Facts = {
            "right": round(100 * spot.column / pattern.frame.columns),
            "down": round(100 * spot.row / pattern.frame.rows),
            "width": round(spot.width_px),
            "height": round(spot.height_px),
            "percent": round(100 * spot.depth),
            "seen": spot.seen,
            "count": pattern.count,
        }
        yield Finding("health.clean_platen", facts, _since(parts, spot))


def _since(parts: Sequence[Pattern], mark: Line | Spot) -> float | None:
    """When the first of the unbroken row of patterns begins that show it; None where all do, or the last does not."""
    shown = [mark.is_in(part) for part in parts]
    first = len(shown) - next((n for n, is_shown in enumerate(reversed(shown)) if not is_shown), len(shown))
    return parts[first].begun if 0 < first < len(shown) else None
