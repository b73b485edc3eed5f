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
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.errors import FormatError
from biocapture.images.codecs.compressed import jpeg2000_bytes, wsq_bytes
from biocapture.images.decode import decode
from biocapture.types import Modality, Position

Encoder = Callable[[NDArray[np.uint8]], bytes]


@dataclass(frozen=True, slots=True)
class CompressionOption:
    """All images of a modality compressed in one way.

    Attributes
    ----------
    modality : Modality
    method : str
        ``wsq`` or ``jpeg2000 <ratio>``.
    total_bytes : int
        Of all images after compression.
    min_quality, max_loss : float
        Lowest quality 0..100 after compression, and the largest fall of a slot's; NaN where not assessed.
    weakest : Position
        The slot with the lowest quality after compression.
    """

    modality: Modality
    method: str
    total_bytes: int
    min_quality: float
    max_loss: float
    weakest: Position


@dataclass(frozen=True, slots=True)
class Budget:
    """Sizes of one packet.

    Attributes
    ----------
    total_bytes, max_bytes : int
        Of the chosen images as they are, and what the profile allows.
    options : tuple of CompressionOption
        Empty unless a plan is asked for or needed.
    proposal : tuple of CompressionOption
        One per modality that together fit the limit at the least loss of quality; empty where none is needed or none
        fits.
    """

    total_bytes: int
    max_bytes: int
    options: tuple[CompressionOption, ...] = ()
    proposal: tuple[CompressionOption, ...] = ()


def check_budget(context: CheckContext) -> list[RecordFinding]:
    """Find a packet that is too large to send.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``budget.too_large``.
    """
    budget = packet_budget(context)
    if budget.total_bytes <= budget.max_bytes:
        return []
    evidence: Evidence = {"bytes": float(budget.total_bytes), "limit": float(budget.max_bytes)}
    evidence |= {f"proposed {option.modality}": option.method for option in budget.proposal}
    return [RecordFinding("budget.too_large", Verdict.REVIEW, (), "enrolment.over_budget", evidence)]


def packet_budget(context: CheckContext) -> Budget:
    """Size of the packet and what compression can do, computed once.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    Budget
        With options where the context asks for a plan, or where the packet is too large.
    """
    return context.once("budget", lambda: _packet_budget(context))


def _packet_budget(context: CheckContext) -> Budget:
    total, limit = sum(map(_size, context.filled_slots)), context.profile.record.budget.packet_bytes
    if not context.plan and total <= limit:
        return Budget(total, limit)
    options = tuple(_options(context))
    return Budget(total, limit, options, _proposal(options, limit) if total > limit else ())


def _size(slot: Slot) -> int:
    """Bytes of the file; of the pixels for images in memory."""
    best = slot.best
    assert best is not None
    assert best.sample is not None
    return best.file_bytes or best.sample.image.pixels.nbytes


def _options(context: CheckContext) -> Iterator[CompressionOption]:
    for modality in Modality:
        slots = [slot for slot in context.filled_slots if slot.position.modality is modality]
        if slots:
            for method, encoder in _encoders(context, modality):
                if option := _compressed(context, slots, method, encoder):
                    yield option


def _encoders(context: CheckContext, modality: Modality) -> Iterator[tuple[str, Encoder]]:
    if modality is Modality.FINGERPRINT and context.profile.record.budget.wsq:
        yield "wsq", wsq_bytes
    for ratio in context.profile.record.budget.jpeg2000_ratios:
        yield f"jpeg2000 {ratio:g}", partial(jpeg2000_bytes, ratio=ratio)


def _compressed(context: CheckContext, slots: list[Slot], method: str, encoder: Encoder) -> CompressionOption | None:
    """All images of a modality through one encoder and back; None where the encoder refuses the size of one."""
    try:
        with ThreadPoolExecutor(context.threads) as pool:
            after = list(pool.map(lambda slot: _after(context, slot, encoder), slots))
    except FormatError:
        return None
    falls = [slot.quality - quality for slot, (_, quality) in zip(slots, after, strict=True)]
    qualities = [quality if quality == quality else math.inf for _, quality in after]
    weakest = int(np.argmin(qualities))
    modality = slots[0].position.modality
    assert modality is not None
    return CompressionOption(
        modality,
        method,
        total_bytes=sum(size for size, _ in after),
        min_quality=after[weakest][1],
        max_loss=max((fall for fall in falls if not math.isnan(fall)), default=math.nan),
        weakest=slots[weakest].position,
    )


def _after(context: CheckContext, slot: Slot, encoder: Encoder) -> tuple[int, float]:
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
    report = next(assess_many([replace(sample, image=image)], profile=context.profile))
    return len(data), report.quality


def _proposal(options: tuple[CompressionOption, ...], limit: int) -> tuple[CompressionOption, ...]:
    """One option per modality that together fit; empty where none does.

    Greedy: start from the mildest of each modality; while the sum is too large, take the next stronger one where that
    costs least quality per byte.
    """
    mildest_first = sorted(options, key=lambda option: -option.total_bytes)
    left = {
        modality: [option for option in mildest_first if option.modality is modality]
        for modality in dict.fromkeys(option.modality for option in options)
    }
    while sum(rest[0].total_bytes for rest in left.values()) > limit:
        stronger = [modality for modality, rest in left.items() if len(rest) > 1]
        if not stronger:
            return ()
        left[min(stronger, key=lambda modality: _price(*left[modality][:2]))].pop(0)
    return tuple(rest[0] for rest in left.values())


def _price(mild: CompressionOption, strong: CompressionOption) -> float:
    """Quality lost per byte saved; 0 where nothing assesses the modality."""
    return float(np.nan_to_num(strong.max_loss - mild.max_loss)) / max(mild.total_bytes - strong.total_bytes, 1)
