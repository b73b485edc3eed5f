"""Budget: bytes of the packet, and what each admissible compression would save and cost in quality."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.modalities import AVAILABLE
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.errors import FormatError
from biocapture.images.codecs.compressed import jpeg2000_bytes, wsq_bytes
from biocapture.images.decode import decode
from biocapture.types import Modality, Position

Encoder = Callable[[NDArray[np.uint8]], bytes]


@dataclass(frozen=True, slots=True)
class Option:
    """All images of a modality compressed in one way.

    Attributes
    ----------
    modality : Modality
    method : str
        ``wsq`` or ``jpeg2000 <ratio>``.
    bytes : int
    minimum, loss : float
        Lowest quality after compression, and the largest fall of a slot; NaN where not assessed.
    weakest : Position
        The slot with the lowest quality after compression.
    """

    modality: Modality
    method: str
    bytes: int
    minimum: float
    loss: float
    weakest: Position


@dataclass(frozen=True, slots=True)
class Budget:
    """Sizes of one packet.

    Attributes
    ----------
    bytes, limit : int
        Of the chosen images as they are, and the most the profile allows.
    options : tuple of Option
        Empty unless asked for or needed.
    proposal : tuple of Option
        One per modality that together fit the limit at the least loss of quality; empty where none is needed or none
        fits.
    """

    bytes: int
    limit: int
    options: tuple[Option, ...] = ()
    proposal: tuple[Option, ...] = ()


def check_budget(case: Case) -> list[Finding]:
    """A packet that is too large to send."""
    sizes = packet_budget(case)
    if sizes.bytes <= sizes.limit:
        return []
    said: dict[str, float | str] = {"bytes": float(sizes.bytes), "limit": float(sizes.limit)}
    said |= {f"proposed {option.modality}": option.method for option in sizes.proposal}
    return [Finding("budget.too_large", Verdict.REVIEW, (), "enrolment.over_budget", said)]


def packet_budget(case: Case) -> Budget:
    """Size of the packet; where a plan is wanted, or when it is too large, what compression can do. Made once."""
    return case.once("budget", lambda: _packet_budget(case))


def _packet_budget(case: Case) -> Budget:
    sizes = {slot.position: _size(slot) for slot in case.filled}
    total, limit = sum(sizes.values()), case.profile.record.budget.packet_bytes
    if not case.plan and total <= limit:
        return Budget(total, limit)
    found = tuple(_options(case))
    return Budget(total, limit, found, _proposal(found, limit) if total > limit else ())


def _size(slot: Slot) -> int:
    """Of the file; of the pixels for images in memory."""
    best = slot.best
    assert best is not None
    assert best.sample is not None
    return best.bytes or best.sample.image.pixels.nbytes


def _options(case: Case) -> Iterator[Option]:
    for modality in Modality:
        slots = [slot for slot in case.filled if slot.position.modality is modality]
        if slots:
            for method, encoder in _encoders(case, modality):
                if option := _compressed(case, slots, method, encoder):
                    yield option


def _encoders(case: Case, modality: Modality) -> Iterator[tuple[str, Encoder]]:
    if modality is Modality.FINGERPRINT and case.profile.record.budget.wsq:
        yield "wsq", wsq_bytes
    for ratio in case.profile.record.budget.jpeg2000_ratios:
        yield f"jpeg2000 {ratio:g}", partial(jpeg2000_bytes, ratio=ratio)


def _compressed(case: Case, slots: list[Slot], method: str, encoder: Encoder) -> Option | None:
    """All images of a modality through one encoder and back; None where one is of a size it does not take."""
    try:
        with ThreadPoolExecutor(case.threads) as pool:
            after = list(pool.map(lambda slot: _after(case, slot, encoder), slots))
    except FormatError:
        return None
    falls = [slot.quality - quality for slot, (_, quality) in zip(slots, after, strict=True)]
    qualities = [quality if quality == quality else math.inf for _, quality in after]
    weakest = int(np.argmin(qualities))
    told = [fall for fall in falls if not math.isnan(fall)]
    minimum = after[weakest][1]
    total = sum(size for size, _ in after)
    assert slots[0].position.modality is not None
    loss = max(told, default=math.nan)
    return Option(slots[0].position.modality, method, total, minimum, loss, slots[weakest].position)


def _after(case: Case, slot: Slot, encoder: Encoder) -> tuple[int, float]:
    """Bytes and quality of one image after compression."""
    best = slot.best
    assert best is not None
    sample = best.sample
    assert sample is not None
    data = encoder(sample.image.pixels)
    if sample.modality not in AVAILABLE:
        return len(data), math.nan
    ppi = sample.image.ppi if sample.modality is Modality.FINGERPRINT else None
    image = decode(data, modality=sample.modality, ppi=ppi)
    report = next(assess_many([replace(sample, image=image)], profile=case.profile))
    return len(data), report.quality


def _proposal(options: tuple[Option, ...], limit: int) -> tuple[Option, ...]:
    """Start from the mildest of each modality; as long as it is too much, harden where that costs least per byte."""
    left = {
        modality: sorted((option for option in options if option.modality is modality), key=lambda one: -one.bytes)
        for modality in dict.fromkeys(option.modality for option in options)
    }
    while sum(rest[0].bytes for rest in left.values()) > limit:
        harder = [modality for modality, rest in left.items() if len(rest) > 1]
        if not harder:
            return ()
        left[min(harder, key=lambda modality: _price(*left[modality][:2]))].pop(0)
    return tuple(rest[0] for rest in left.values())


def _price(mild: Option, hard: Option) -> float:
    """Quality lost per byte saved; nothing is known to be lost where nothing is assessed."""
    return float(np.nan_to_num(hard.loss - mild.loss)) / max(mild.bytes - hard.bytes, 1)
