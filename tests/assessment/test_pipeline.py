"""From sources to reports: whatever form a capture comes in, in whatever company, its report is the same."""

import dataclasses
import inspect
import io
import itertools
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from tests.support.prints import sample, touch

import biocapture as bc
from biocapture import fingerprint
from biocapture.assessment.modalities import measures, native_columns
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.pipeline import assess, assess_many, native_names
from biocapture.errors import DecodeError, ProfileError, UsageError
from biocapture.images.decode import decode
from biocapture.types import Modality, Position, PpiSource, Sample

PRINT = touch(1).pixels
OTHER = touch(2, (433, 301), partial=0.5).pixels
BLANK = np.full((200, 160), 200, np.uint8)


def png(pixels: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG", **options)
    return buffer.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "person7_right_index.png"
    path.write_bytes(png(PRINT, dpi=(500, 500)))
    return path


def numbers(report: bc.Report) -> list[float]:
    return [part for value in report.measures.values() for part in (value.raw, value.score)]


def same(one: bc.Report, other: bc.Report) -> bool:
    """All that is measured, bit for bit."""
    equal = np.array_equal(numbers(one), numbers(other), equal_nan=True)
    return bool(one.measures) and equal and one.verdict == other.verdict


def test_any_form_of_a_source_gives_the_same_report(file: Path) -> None:
    from_path = assess(file, "fingerprint")
    decoded = decode(file, modality=Modality.FINGERPRINT)
    sources = [str(file), file.read_bytes(), PRINT, np.dstack([PRINT] * 3), PRINT.astype(np.uint16) * 257]
    sources += [np.asfortranarray(PRINT), Sample(decoded, Modality.FINGERPRINT)]
    for source in sources:
        assert same(assess(source, "fingerprint"), from_path)


def test_what_a_report_says_about_its_file(file: Path) -> None:
    report = assess(file, "fingerprint")
    assert report.path == str(file)
    assert report.position is Position.RIGHT_INDEX
    assert (report.width_px, report.height_px) == PRINT.shape[::-1]
    assert (report.ppi, report.ppi_source) == (500.0, PpiSource.METADATA)
    assert report.quality == report.measures["fingerprint.quality"].score
    assert (report.error, report.failure, report.native) == ("", "", {})
    assert list(report.measures) == list(measures(Modality.FINGERPRINT))
    from_bytes = assess(file.read_bytes(), "fingerprint", position="left_thumb")
    assert (from_bytes.path, from_bytes.position) == ("", Position.LEFT_THUMB)
    assert from_bytes.sha256 == report.sha256 != ""
    assert assess(PRINT, "fingerprint").ppi_source is PpiSource.ASSUMED


def test_measuring_leaves_the_array_alone() -> None:
    before = PRINT.copy()
    assess(PRINT, "fingerprint", native=True)
    np.testing.assert_array_equal(PRINT, before)
    frozen = PRINT.copy()
    frozen.flags.writeable = False
    assert same(assess(frozen, "fingerprint"), assess(PRINT, "fingerprint"))


def test_modality_is_taken_from_the_name_else_from_the_pixels(file: Path) -> None:
    assert assess(file).modality is Modality.FINGERPRINT
    assert same(assess(PRINT), assess(PRINT, "fingerprint"))
    with pytest.raises(UsageError, match="cannot tell what it shows"):
        assess(BLANK)


def test_native_columns_on_request() -> None:
    assert set(assess(PRINT, "fingerprint", native=True).native) == set(native_columns(Modality.FINGERPRINT))
    assert set(native_names(options_of(native=True))) == set(native_columns())
    assert native_names(options_of()) == ()


def test_a_bad_capture_is_a_report() -> None:
    report = assess(BLANK, "fingerprint", native=True)
    assert (report.failure, report.verdict, report.error) == ("fingerprint.no_print", bc.Verdict.RETAKE, "")
    assert math.isnan(report.quality)
    assert report.reasons[0].key == "fingerprint.no_print"
    assert len(report.guidance("id")) == 1


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "not an image|empty"),
        (b"no image at all", "not an image"),
        (png(PRINT)[:3000], "damaged|truncated"),
        (Path("no/such/file.png"), "No such file"),
        (np.zeros((4, 4), np.float32), "float32"),
        (np.zeros((0, 4), np.uint8), "shape"),
    ],
)
def test_a_bad_input_raises(source: object, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        assess(source, "fingerprint")


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"modality": "fingerprnt"}, UsageError, "fingerprnt"),
        ({"position": "left_toe"}, UsageError, "left_toe"),
        ({"ppi": 20}, UsageError, "50..5000"),
        ({"ppi": math.nan}, UsageError, "50..5000"),
        ({"profile": "no-such"}, ProfileError, "default, e-ktp"),
    ],
)
def test_wrong_options_are_named_before_anything_is_read(given: dict, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        assess("no/such/file.png", **({"modality": "fingerprint"} | given))
    with pytest.raises(error, match=says):
        assess_many([], **({"modality": "fingerprint"} | given))


def test_max_pixels() -> None:
    assert assess(PRINT, "fingerprint", max_pixels=PRINT.size).error == ""
    with pytest.raises(DecodeError, match=f"limit is {PRINT.size - 1} pixels"):
        assess(PRINT, "fingerprint", max_pixels=PRINT.size - 1)


def mixed_sources(file: Path) -> list[object]:
    sources = [PRINT, "no/such.png", OTHER, b"garbage", file, BLANK, sample(OTHER), np.zeros((2, 2), np.float64)]
    return sources + [PRINT, OTHER] * 5


def test_many_keep_their_order_and_errors_become_rows(file: Path) -> None:
    sources = mixed_sources(file)
    found = list(assess_many(sources, "fingerprint"))
    assert len(found) == len(sources)
    assert [i for i, report in enumerate(found) if report.error] == [1, 3, 7]
    assert [found[1].path, found[4].path] == ["no/such.png", str(file)]
    assert "No such file" in found[1].error
    for source, report in zip(sources, found, strict=True):
        if not report.error:
            assert same(report, assess(source, "fingerprint"))


TWO_PROCESSES = """
import sys
import time

import cv2

from biocapture.images.decode import decode
from biocapture.assessment.pipeline import assess, assess_many

def main(good, bad):
    cv2.setNumThreads(8)  # as on a machine with 8 cores; threads at work while a pool forks are what is tried here
    array = decode(good, modality="fingerprint").pixels
    until = time.monotonic() + 3
    while time.monotonic() < until:
        assess(array, "fingerprint")
        assert len(list(assess_many([bad, bad], "fingerprint", workers=2))) == 2
    sources = [good, array, bad] * 7
    one, two = (list(assess_many(sources, "fingerprint", workers=n)) for n in (1, 2))
    assert [report.path for report in two] == [good, "", bad] * 7
    assert [bool(report.error) for report in two] == [False, False, True] * 7
    assert list(map(repr, two)) == list(map(repr, one))
    print("the same")

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


def test_many_in_two_processes_are_the_same(file: Path) -> None:
    """In an interpreter of its own: a pool that hangs fails this test and no other."""
    bad, script = file.with_name("garbage.png"), file.with_name("script.py")
    bad.write_bytes(b"garbage")
    script.write_text(TWO_PROCESSES, encoding="utf8")
    command = [sys.executable, str(script), str(file), str(bad)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        try:
            said, _ = running.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            pytest.fail("no answer in 120 s")
    assert (said, running.returncode) == ("the same\n", 0)


def test_a_stream_is_read_as_it_is_needed() -> None:
    taken = itertools.count()

    def endless() -> Iterator[np.ndarray]:
        while True:
            next(taken)
            yield BLANK

    found = assess_many(endless(), "fingerprint")
    assert [report.failure for report in itertools.islice(found, 3)] == ["fingerprint.no_print"] * 3
    assert next(taken) < 50


def test_a_fault_of_ours_costs_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    describe = fingerprint.describe

    def faulty(one: Sample) -> object:
        if one.image.pixels.shape == OTHER.shape:
            raise KeyError("a slip")
        return describe(one)

    expected = assess(PRINT, "fingerprint")
    monkeypatch.setattr(fingerprint, "describe", faulty)
    found = list(assess_many([PRINT, OTHER, PRINT], "fingerprint"))
    assert same(found[0], expected)
    assert same(found[2], expected)
    assert "internal error" in found[1].error
    assert "a slip" in found[1].error


def profile(**given: object) -> bc.Profile:
    plain = bc.Profile("test", "Test", "en", (), {}, {}, {})
    return dataclasses.replace(plain, **given)


def test_profile_decides_the_verdict_not_the_numbers() -> None:
    verdicts = {}
    for name, policy in {
        "nothing asked": profile(),
        "retake": profile(retake={"fingerprint.quality": 99.9}),
        "review": profile(review={"fingerprint.quality": 99.9}),
        "both": profile(retake={"fingerprint.quality": 99.9}, review={"fingerprint.partial_print": 99.9}),
    }.items():
        report = assess(OTHER, "fingerprint", profile=policy)
        assert same(dataclasses.replace(report, verdict=None), dataclasses.replace(assess(OTHER), verdict=None))
        verdicts[name] = (str(report.verdict), [reason.source for reason in report.reasons])
    assert verdicts == {
        "nothing asked": ("READY", []),
        "retake": ("RETAKE", ["fingerprint.quality"]),
        "review": ("REVIEW", ["fingerprint.quality"]),
        "both": ("RETAKE", ["fingerprint.quality", "fingerprint.partial_print"]),
    }


def test_reasons_are_all_faults_worst_first() -> None:
    pixels = touch(3, dry=0.8, partial=0.5, noise=25.0).pixels
    minima = dict.fromkeys(measures(Modality.FINGERPRINT), 99.0)
    reasons = assess(pixels, "fingerprint", profile=profile(retake=minima)).reasons
    found = assess(pixels, "fingerprint").measures
    assert {reason.source for reason in reasons} == {name for name, value in found.items() if value.score < 99}
    shortfalls = [1 - found[reason.source].score / 99 for reason in reasons]
    assert shortfalls == sorted(shortfalls, reverse=True)
    assert len(reasons) >= 8
    assert all((reason.score, reason.minimum) == (found[reason.source].score, 99.0) for reason in reasons)


def test_notes_inform_or_decide_as_the_profile_says() -> None:
    for consequence, verdict in ((None, "READY"), ("review", "REVIEW"), ("retake", "RETAKE")):
        policy = profile(notes={"image.inverted": consequence} if consequence else {})
        report = assess(255 - PRINT, "fingerprint", profile=policy)
        assert report.notes == ("image.inverted",)
        assert str(report.verdict) == verdict


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    path, head = tmp_path / "booth.toml", 'title = "Booth"\nlanguage = "id"\n[retake]\n'
    path.write_text(head + '"fingerprint.wetness" = 100\n"fingerprint.quality" = 99')
    report = assess(PRINT, "fingerprint", profile=path)
    assert report.verdict is bc.Verdict.RETAKE
    assert [reason.source for reason in report.reasons] == ["fingerprint.quality"]
    assert report.guidance("id") != report.guidance("en")
    path.write_text(head + '"fingerprint.wettness" = 100')
    with pytest.raises(ProfileError, match=r"did you mean 'fingerprint\.wetness'"):
        assess(PRINT, "fingerprint", profile=path)


def test_every_option_is_a_keyword_of_its_own() -> None:
    """Editors complete what is written out; the three signatures and :class:`Options` cannot drift apart."""
    known = {field.name for field in dataclasses.fields(Options)}
    for function, further in ((options_of, set()), (assess, {"source"}), (assess_many, {"sources", "workers", "fork"})):
        parameters = inspect.signature(function).parameters
        assert set(parameters) == known | further
        assert not any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        defaults = {name: each.default for name, each in parameters.items() if name in known}
        assert defaults == {name: each.default for name, each in inspect.signature(options_of).parameters.items()}
