"""Templates through finger minutiae records and back; stored templates as sources of a comparison."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.prints import sample, touch
from tests.support.records import RECORD_2005, RECORD_2011, patched, view

from biocapture.assessment.options import options_of
from biocapture.comparison.compare import MAX_TEMPLATE_BYTES, compare, template, write_template
from biocapture.errors import FormatError, TemplateError, UsageError
from biocapture.fingerprint.comparison.compare import THRESHOLDS
from biocapture.fingerprint.comparison.compare import compare as compared
from biocapture.fingerprint.comparison.records import estimated_orientation, from_record, template_of_view, to_record
from biocapture.fingerprint.comparison.singular_points import singular_points
from biocapture.fingerprint.comparison.structure import structure_of
from biocapture.fingerprint.comparison.template import FIELD_PX, NO_RIDGES, ORIENTATIONS, Template, template_of
from biocapture.images.records.iso19794_2 import (
    FingerMinutiaeRecord,
    ImpressionType,
    read_minutiae_record,
    write_minutiae_record,
)
from biocapture.types import FINGERS, Position

VERSIONS = (2005, 2011)
PLAIN = template_of(replace(sample(touch(1).pixels), position=Position.LEFT_RING))
TURNED = template_of(sample(touch(1, rotation_deg=15.0).pixels))
OTHER = template_of(sample(touch(2).pixels))
BLANK = template_of(sample(np.full((200, 150), 255, np.uint8)))
CARRIED = ("position", "height_px", "width_px", "row", "column", "angle", "ending", "quality")


def same(one: Template, other: Template) -> None:
    for name in CARRIED:
        a, b = getattr(one, name), getattr(other, name)
        assert np.array_equal(a, b), name
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None), name


@st.composite
def templates(draw: st.DrawFn) -> Template:
    height, width = draw(st.integers(1, 1200)), draw(st.integers(1, 1200))
    count = draw(st.sampled_from([0, 1, 5, 255]))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    row, column = (random.integers(0, side, count).astype(np.uint16) for side in (height, width))
    angle, quality = random.integers(0, 256, count).astype(np.uint8), random.integers(0, 101, count).astype(np.uint8)
    field = random.integers(0, ORIENTATIONS + 1, (height // FIELD_PX, width // FIELD_PX)).astype(np.uint8)
    ending = random.random(count) < 0.5
    finger = draw(st.sampled_from(FINGERS))
    return Template(finger, height, width, row, column, angle, ending, quality, field, NO_RIDGES)


@given(templates(), st.sampled_from(VERSIONS))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_round_trip_keeps_all_a_record_can_hold(made: Template, version: int) -> None:
    data = to_record(made, version)  # type: ignore[arg-type]
    again = from_record(data)
    same(again, made)
    (one,), (other,) = (read_minutiae_record(each).views for each in (data, to_record(again, version)))  # type: ignore[arg-type]
    for name in ("x", "y", "angle_rad", "kind", "minutia_quality"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert to_record(made, version) == data  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
def test_impression_and_quality_are_carried_and_resolution_is_500(version: int) -> None:
    data = to_record(PLAIN, version, ImpressionType.LIVE_ROLLED, 63)  # type: ignore[arg-type]
    (stored,) = read_minutiae_record(data).views
    assert (stored.impression, stored.quality) == (ImpressionType.LIVE_ROLLED, 63)
    assert stored.position is Position.LEFT_RING
    assert stored.ppi == pytest.approx(500, abs=1.27)
    assert set(stored.kind.tolist()) == {1, 2}


def test_cores_and_deltas_are_exported() -> None:
    points = singular_points(PLAIN)
    (stored,) = read_minutiae_record(to_record(PLAIN, 2005)).views
    assert len(stored.cores) == points.core.sum() > 0
    assert len(stored.deltas) == (~points.core).sum()
    first = np.flatnonzero(points.core)[0]
    assert abs(stored.cores[0].y - points.row[first]) <= 0.5
    assert abs(stored.cores[0].x - points.column[first]) <= 0.5
    assert stored.cores[0].angle_rad[0] == pytest.approx(points.angle_rad[first], abs=0.0124)
    assert all(len(delta.angle_rad) == 3 for delta in stored.deltas)


def test_only_the_clearest_fit_a_record() -> None:
    count = 300
    place = np.arange(count, dtype=np.uint16)
    quality = (place % 101).astype(np.uint8)
    angle = np.zeros(count, np.uint8)
    field = np.zeros((25, 25), np.uint8)
    many = Template(Position.UNKNOWN, 400, 400, place, place, angle, angle > 0, quality, field, NO_RIDGES)
    kept = from_record(to_record(many, 2005))
    assert len(kept) == 255
    assert sorted(kept.quality) == sorted(quality)[-255:]
    assert (np.diff(kept.row.astype(int)) > 0).all()


def test_what_a_record_cannot_hold_is_refused() -> None:
    with pytest.raises(FormatError, match="impression_2005 29"):
        to_record(PLAIN, 2005, ImpressionType.UNKNOWN)
    with pytest.raises(FormatError, match="width_px 20000"):
        to_record(replace(BLANK, width_px=20_000), 2005)


def test_estimated_directions_are_those_of_the_print_near_its_minutiae() -> None:
    estimated = from_record(to_record(PLAIN, 2005)).orientation.astype(int)
    rows, columns = PLAIN.orientation.shape
    true = PLAIN.orientation.astype(int)
    both = (true > 0) & (estimated[:rows, :columns] > 0)
    half = ORIENTATIONS // 2
    off = np.abs((estimated[:rows, :columns] - true + half) % ORIENTATIONS - half)[both] * 180 / ORIENTATIONS
    assert both.sum() > 0.8 * (true > 0).sum()
    assert np.median(off) < 6
    assert (off > 25).mean() < 0.1


def test_estimated_field_of_parallel_minutiae_and_of_none() -> None:
    place, angle = np.array([40, 100, 160], np.uint16), np.array([0.5, 0.5 + np.pi, 0.5])
    field = estimated_orientation(place, place, angle, (200, 330))
    assert field.shape == (13, 21)
    assert set(field[field > 0].tolist()) == {round(0.5 * ORIENTATIONS / np.pi) + 1}
    assert field[2, 2] > 0
    assert field[0, 20] == 0
    none = np.zeros(0, np.uint16)
    assert not estimated_orientation(none, none, none.astype(float), (200, 330)).any()


def test_records_match_records_and_images() -> None:
    ways = {version: [from_record(to_record(made, version)) for made in (PLAIN, TURNED, OTHER)] for version in VERSIONS}
    assert structure_of(ways[2005][0]).direction.tolist() == structure_of(ways[2011][0]).direction.tolist()
    plain, turned, other = ways[2005]
    for one in (plain, PLAIN):
        assert compared(one, turned).score > THRESHOLDS[1e-2]
        assert compared(one, other).score < THRESHOLDS[1e-2]


@pytest.mark.parametrize("ppi", [250.0, 1000.0])
def test_other_resolutions_are_brought_to_500(ppi: float) -> None:
    factor = ppi / 500
    (stored,) = read_minutiae_record(to_record(PLAIN, 2011)).views
    scaled = replace(
        stored,
        ppi=ppi,
        width_px=round(stored.width_px * factor),
        height_px=round(stored.height_px * factor),
        x=(stored.x * factor).astype(np.uint16),
        y=(stored.y * factor).astype(np.uint16),
        cores=(),
        deltas=(),
    )
    again = from_record(write_minutiae_record(FingerMinutiaeRecord(2011, (scaled,))))
    assert abs(again.height_px - PLAIN.height_px) <= 2
    assert np.abs(again.row.astype(int) - PLAIN.row).max() <= 2
    assert compared(again, PLAIN).score > THRESHOLDS[1e-3]


HOSTILE = [
    ({"width_px": 16383, "height_px": 16383}, "expected at most 64000000 pixels"),
    ({"ppi": 10.0, "width_px": 2000}, "expected at most 64000000 pixels"),
    ({"ppi": 2.54, "width_px": 400, "height_px": 1}, r"78740×197 px at 500 ppi"),
]


@pytest.mark.parametrize(("changes", "says"), HOSTILE)
def test_absurd_sizes_are_refused(changes: dict, says: str) -> None:
    small = {name: np.array([0, 0], np.uint16) for name in ("x", "y")}
    with pytest.raises(FormatError, match=says):
        template_of_view(view(**small, **changes))


def test_several_views_are_refused() -> None:
    with pytest.raises(FormatError, match="2 views, expected 1"):
        from_record(write_minutiae_record(FingerMinutiaeRecord(2005, (view(), view()))))


def test_minutiae_in_one_place_are_compared() -> None:
    count = 255
    crowd = view(
        x=np.full(count, 7, np.uint16),
        y=np.full(count, 7, np.uint16),
        angle_rad=np.zeros(count),
        kind=np.ones(count, np.uint8),
        minutia_quality=np.zeros(count, np.uint8),
    )
    made = template_of_view(crowd)
    for other in (made, PLAIN):
        assert 0 <= compared(made, other).score <= 100


@pytest.mark.parametrize("data", [RECORD_2005, RECORD_2011, to_record(PLAIN, 2005)], ids=["2005", "2011", "real"])
def test_damage_gives_a_template_or_a_format_error(data: bytes) -> None:
    random = np.random.default_rng(7)
    read = 0
    for _ in range(400):
        flipped = bytearray(data)
        for at in random.integers(0, len(data), random.integers(1, 4)):
            flipped[at] ^= 1 << int(random.integers(0, 8))
        try:
            made = from_record(bytes(flipped))
        except FormatError:
            continue
        read += 1
        assert 0 <= compared(made, PLAIN).score <= 100
    assert 20 < read < 390


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One print in every format."""
    found = {}
    for name in ("own", "iso2005", "iso2011"):
        found[name] = tmp_path / f"print.{name}"
        size = write_template(touch(1).pixels, options_of("fingerprint", position="left_ring"), name, found[name])
        assert size == found[name].stat().st_size
    return found


def test_stored_templates_are_sources(files: dict[str, Path]) -> None:
    for path in files.values():
        same(template(path), PLAIN)
        same(template(path.read_bytes()), PLAIN)
        matched = compare(path, touch(1, rotation_deg=15.0).pixels)
        assert matched.is_match(1e-2)
        assert matched.samples[0].image.pixels.shape == touch(1).pixels.shape
        assert matched.samples[0].id == str(path)
    assert np.array_equal(template(files["own"]).orientation, PLAIN.orientation)


def test_one_format_is_written_from_another(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "again"
    write_template(files["own"], options_of("fingerprint"), "iso2011", out)
    assert out.read_bytes() == files["iso2011"].read_bytes()


def test_wrong_formats_and_outputs(files: dict[str, Path], tmp_path: Path) -> None:
    wanted = options_of("fingerprint")
    with pytest.raises(UsageError, match="iso1999: format of fingerprint templates must be one of own, iso2005, iso20"):
        write_template(files["own"], wanted, "iso1999", tmp_path / "out")
    with pytest.raises(UsageError, match="cannot be written"):
        write_template(files["own"], wanted, "own", tmp_path)


def many_minutiae(count: int) -> bytes:
    data = BLANK.to_bytes()
    return data[:9] + count.to_bytes(2, "little") + data[11:16] + bytes(6 * count) + data[16:]


def test_damaged_stored_templates_name_their_file(tmp_path: Path) -> None:
    path = tmp_path / "print.fmr"
    for data, error, says in (
        (patched(RECORD_2005, 22, "02"), FormatError, r"print\.fmr: at byte 42"),
        (b"BCF3" + bytes(9), TemplateError, r"print\.fmr: not a fingerprint template"),
        (b"FMR\0" + bytes(MAX_TEMPLATE_BYTES), TemplateError, r"print\.fmr: more than 16000000 bytes"),
        (
            patched(BLANK.to_bytes(), 5, "ffffffff"),
            TemplateError,
            r"print\.fmr: 0 minutiae in 65535×65535 px, expected",
        ),
        (many_minutiae(20_000), TemplateError, r"print\.fmr: 20000 minutiae in 150×200 px, expected at most 400"),
    ):
        path.write_bytes(data)
        with pytest.raises(error, match=says):
            template(path)
    with pytest.raises(FormatError, match="template bytes: at byte 0"):
        template(b"FMR\0 99\0")
