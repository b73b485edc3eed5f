"""Bytes of a packet: what counts, what each compression saves and costs, and which the proposal takes."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.slots import INDEX, MIDDLE, NAN, RIGHT_EYE, THUMB, attempt, bare, context

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import budget
from biocapture.enrolment.readiness.checks.budget import CompressionOption, check_budget, packet_budget
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.errors import FormatError
from biocapture.images.codecs.compressed import jpeg2000_bytes
from biocapture.profile.load import Profile
from biocapture.profile.record_rules import PacketRules
from biocapture.types import Image, Modality, Position, PpiSource, Sample

FINGER, EYE = Modality.FINGERPRINT, Modality.IRIS


def of_bytes(position: Position, file_bytes: int, quality: float = 80.0, side_px: int = 64, seed: int = 0) -> Slot:
    noise = np.random.default_rng(seed).integers(0, 256, (side_px, side_px)).astype(np.uint8)
    image = Image(noise, 508.0, PpiSource.GIVEN)
    assert position.modality is not None
    sample = Sample(image, position.modality, position)
    return Slot(position, (attempt(position, quality=quality, file_bytes=file_bytes, sample=sample),))


def of_budget(packet_bytes: int, ratios: tuple[float, ...] = (), wsq: bool = False) -> Profile:
    return bare(budget=PacketRules(packet_bytes, wsq, ratios))


def test_a_packet_counts_its_files_or_else_its_pixels() -> None:
    slots = of_bytes(THUMB, 1000), of_bytes(INDEX, 0, side_px=10), Slot(MIDDLE, (attempt(MIDDLE, error="cut"),))
    record = context(*slots, profile=of_budget(1100, (4.0,)))
    assert packet_budget(record) == budget.Budget(1100, 1100)  # at the limit no compression is looked for
    assert packet_budget(record) is packet_budget(record)
    assert check_budget(record) == []
    (finding,) = check_budget(context(*slots, profile=of_budget(1099)))
    assert finding == RecordFinding(
        "budget.too_large", Verdict.REVIEW, (), "enrolment.over_budget", {"bytes": 1100.0, "limit": 1099.0}
    )


@pytest.fixture
def assessed(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    """Samples in the order they are assessed again; their quality then is 70 less the place of the finger."""
    seen = []

    def assess_many(samples: list[Sample], profile: Profile) -> object:
        seen.extend(samples)
        assert isinstance(profile, Profile)
        quality = {THUMB: 50.0, INDEX: 75.0, MIDDLE: NAN}.get(samples[0].position, 60.0)
        return iter([Report(quality=quality, verdict=Verdict.READY)])

    def stand_in(pixels: np.ndarray) -> bytes:
        """In place of the encoder of WSQ, which runs in a process of its own."""
        if min(pixels.shape) < 8:
            raise FormatError("too small")
        return jpeg2000_bytes(pixels, ratio=6.0)

    monkeypatch.setattr(budget, "assess_many", assess_many)
    monkeypatch.setattr(budget, "wsq_bytes", stand_in)
    return seen


def test_a_plan_tells_of_each_compression_what_it_saves_and_costs(assessed: list[Sample]) -> None:
    slots = of_bytes(INDEX, 900, 80.0), of_bytes(THUMB, 900, 90.0), of_bytes(MIDDLE, 900, 70.0)
    profile = of_budget(3600, (4.0, 12.5), wsq=True)
    whole = packet_budget(context(*slots, of_bytes(RIGHT_EYE, 900, 60.0), profile=profile, plan=True))
    assert (whole.total_bytes, whole.max_bytes, whole.proposal) == (3600, 3600, ())
    assert [(option.modality, option.method) for option in whole.options] == [
        (FINGER, "wsq"),
        (FINGER, "jpeg2000 4"),
        (FINGER, "jpeg2000 12.5"),
        (EYE, "jpeg2000 4"),
        (EYE, "jpeg2000 12.5"),
    ]
    for option in whole.options:
        of_finger = option.modality is FINGER
        assert (option.min_quality, option.weakest) == ((50.0, THUMB) if of_finger else (60.0, RIGHT_EYE))
        assert option.max_loss == (40.0 if of_finger else 0.0)
    assert whole.options[1].total_bytes > whole.options[2].total_bytes > 0
    four = 3 * 64 * 64 / 4
    assert four * 0.5 < whole.options[1].total_bytes < four * 1.5
    for sample in assessed:  # a print keeps the resolution it was taken at
        is_print = sample.modality is FINGER
        assert sample.image.pixels.shape == (64, 64)
        assert (sample.image.ppi == 508.0) == is_print
    only_jpeg2000 = packet_budget(context(*slots, profile=of_budget(100_000, (4.0,)), plan=True))
    assert [option.method for option in only_jpeg2000.options] == ["jpeg2000 4"]
    assert [option.total_bytes for option in only_jpeg2000.options] == [whole.options[1].total_bytes]


def test_what_nothing_assesses_has_a_size_only(assessed: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "AVAILABLE", (FINGER,))
    record = context(of_bytes(RIGHT_EYE, 900, NAN), profile=of_budget(800, (4.0,)))
    (option,) = packet_budget(record).options
    assert np.isnan([option.min_quality, option.max_loss]).all()
    assert assessed == []
    assert option.total_bytes > 100


def test_one_image_that_an_encoder_refuses_leaves_out_that_way(assessed: list[Sample]) -> None:
    small = of_bytes(THUMB, 900), of_bytes(INDEX, 900, side_px=2)
    methods = [o.method for o in packet_budget(context(*small, profile=of_budget(900, (2.0,), wsq=True))).options]
    assert methods == ["jpeg2000 2"]


def option(modality: Modality, total_bytes: int, max_loss: float, method: str = "") -> CompressionOption:
    return CompressionOption(modality, method or f"{total_bytes}", total_bytes, 50.0, max_loss, THUMB)


def test_the_finding_names_what_is_proposed(assessed: list[Sample]) -> None:
    slots = of_bytes(THUMB, 9000, 90.0), of_bytes(RIGHT_EYE, 9000, 60.0)
    record = context(*slots, profile=of_budget(2400, (4.0, 8.0)))
    (finding,) = check_budget(record)
    assert finding.evidence == {
        "bytes": 18000.0,
        "limit": 2400.0,
        "proposed fingerprint": "jpeg2000 4",
        "proposed iris": "jpeg2000 4",
    }
    (finding,) = check_budget(replace(record, profile=of_budget(10, (4.0, 8.0)), _shared={}))
    assert finding.evidence == {"bytes": 18000.0, "limit": 10.0}  # nothing fits: nothing is proposed


@pytest.mark.parametrize(
    ("limit", "taken"),
    [
        (1600, (1000, 600)),  # the mildest of each, though the order in which they are given is another
        (1599, (500, 600)),  # 500 bytes for 2 are cheaper than 300 for 3
        (1100, (500, 600)),
        (1099, (500, 300)),  # 300 for 3 are cheaper than 100 for 8
        (800, (500, 300)),
        (799, (400, 300)),
        (699, None),
    ],
)
def test_the_proposal_goes_on_where_a_byte_costs_least(limit: int, taken: tuple[int, int] | None) -> None:
    options = (
        option(FINGER, 400, 11.0),
        option(FINGER, 1000, 1.0),
        option(FINGER, 500, 3.0),
        option(EYE, 600, 2.0),
        option(EYE, 300, 5.0),
    )
    proposal = budget._proposal(options, limit)
    assert tuple(each.total_bytes for each in proposal) == (taken or ())


def test_what_costs_no_known_quality_is_compressed_first() -> None:
    options = option(FINGER, 1000, 1.0), option(FINGER, 500, 1.1), option(EYE, 1000, NAN), option(EYE, 900, NAN)
    assert [each.total_bytes for each in budget._proposal(options, 1900)] == [1000, 900]
    from_far = option(FINGER, 1000, 30.0), option(FINGER, 500, 31.0), option(EYE, 1000, 2.0), option(EYE, 500, 5.0)
    assert [each.total_bytes for each in budget._proposal(from_far, 1500)] == [500, 1000]  # what it costs from here on
    few_bytes = option(FINGER, 1000, 1.0), option(FINGER, 990, 2.0), option(EYE, 600, 1.0), option(EYE, 300, 3.0)
    assert [each.total_bytes for each in budget._proposal(few_bytes, 1590)] == [1000, 300]
    same_size = option(FINGER, 1000, 1.0), option(FINGER, 1000, 4.0), option(EYE, 1000, 1.0), option(EYE, 998, 2.0)
    assert [each.max_loss for each in budget._proposal(same_size, 1998)] == [1.0, 2.0]


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.lists(st.tuples(st.integers(1, 99), st.floats(0, 50)), min_size=1, max_size=4), max_size=3),
    limit=st.integers(1, 250),
)
def test_a_proposal_fits_and_there_is_one_where_one_fits(sizes: list[list[tuple[int, float]]], limit: int) -> None:
    options = [
        option(modality, total, loss) for modality, own in zip(Modality, sizes, strict=False) for total, loss in own
    ]
    proposal = budget._proposal(tuple(options), limit)
    fits = any(sum(total for total, _ in choice) <= limit for choice in product(*sizes))
    assert bool(proposal) == (bool(options) and fits)
    if proposal:
        assert sum(each.total_bytes for each in proposal) <= limit
        assert len({each.modality for each in proposal}) == len(proposal) == len(sizes)
