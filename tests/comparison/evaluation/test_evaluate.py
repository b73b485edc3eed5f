"""A pair list scored: errors counted, columns added, error rates, the same for any number of workers."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.prints import touch

from biocapture.comparison.evaluation.evaluate import Evaluation, evaluate
from biocapture.errors import UsageError
from biocapture.fingerprint import matcher

TOUCHES = {
    f"{seed}_{turn}.png": touch(seed, rotation_deg=float(turn)).pixels for seed in (1, 2) for turn in (0, 12)
} | {"blank.png": np.full((200, 200), 255, np.uint8)}
GENUINE = [(f"{seed}_0.png", f"{seed}_12.png", 1) for seed in (1, 2)]
IMPOSTOR = [("1_0.png", "2_0.png", 0), ("1_0.png", "2_12.png", 0), ("1_12.png", "2_0.png", 0)]
FACES = Path(__file__).parents[3] / "sample_data" / "face"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    for name, pixels in TOUCHES.items():
        cv2.imwrite(str(folder / name), pixels)
    (folder / "bad.png").write_bytes(b"no image")
    return folder


def scored(images: Path, folder: Path, pairs: Iterable[tuple], **how: object) -> tuple[Evaluation, Rows]:
    listed, out = folder / "pairs.csv", folder / "out.csv"
    listed.write_text("file1,file2,genuine,theirs\n" + "".join(f"{','.join(map(str, row))},7\n" for row in pairs))
    done = evaluate(images, listed, out, **how)  # type: ignore[arg-type]
    with out.open(newline="") as handle:
        return done, list(csv.DictReader(handle))


def test_scores_are_added_and_the_rates_said(images: Path, tmp_path: Path) -> None:
    done, rows = scored(images, tmp_path, GENUINE + IMPOSTOR)
    assert list(rows[0]) == ["file1", "file2", "genuine", "theirs", "biocapture"]
    scores = {label: [float(row["biocapture"]) for row in rows if row["genuine"] == label] for label in "01"}
    assert min(scores["1"]) > matcher.THRESHOLDS[1e-3] > max(scores["0"])
    said = "\n".join(done.lines)
    assert "EER: 0.00 % (2 mated and 3 non-mated scores)" in said
    assert "FNMR at FMR 0.01: needs at least 100 non-mated scores" in said
    assert re.search(r"templates: \d+/s with 1 processes, 0 failures to extract", said)
    assert "comparisons:" in said
    assert done.unreadable == 0


def test_false_match_rates_with_enough_impostors(images: Path, tmp_path: Path) -> None:
    done, _ = scored(images, tmp_path, GENUINE + IMPOSTOR * 40)
    said = "\n".join(done.lines)
    assert "FNMR at FMR 0.01: 0.00 % (1 of 120 non-mated scores lie above the threshold)" in said
    assert "FNMR at FMR 0.001: needs at least 1000" in said


def test_unreadable_files_cost_their_pairs_and_are_counted(images: Path, tmp_path: Path) -> None:
    bad = [("1_0.png", "bad.png", 1), ("none.png", "2_0.png", 0), ("blank.png", "1_0.png", 1)]
    done, rows = scored(images, tmp_path, GENUINE + IMPOSTOR + bad)
    assert [row["biocapture"] for row in rows[5:7]] == ["", ""]
    assert float(rows[7]["biocapture"]) < 1
    assert done.unreadable == 2
    said = "\n".join(done.lines)
    assert "bad.png: not an image" in said
    assert "none.png: cannot be read: No such file" in said
    assert "1 failures to extract" in said
    assert "3 mated and 3 non-mated scores" in said


def test_a_fault_of_ours_costs_one_file(images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = matcher.template_of

    def broken(sample: object) -> object:
        if "1_0" in sample.image.path:  # type: ignore[attr-defined]
            raise ZeroDivisionError("by nought")
        return whole(sample)  # type: ignore[arg-type]

    monkeypatch.setattr(matcher, "template_of", broken)
    done, rows = scored(images, tmp_path, GENUINE)
    assert done.lines[0] == "unreadable: 1_0.png: internal error, please report it: ZeroDivisionError: by nought"
    assert [bool(row["biocapture"]) for row in rows] == [False, True]


def test_a_list_that_does_not_say_who_is_who_has_scores_and_no_rates(images: Path, tmp_path: Path) -> None:
    listed, out, plot = (tmp_path / name for name in ("pairs.csv", "out.csv", "plot.png"))
    listed.write_text("file1,file2\n1_0.png,1_12.png\n")
    done = evaluate(images, listed, out, plot=plot)
    assert out.read_text().startswith("file1,file2,biocapture,biocapture_quality\n1_0.png,1_12.png,")
    assert not [line for line in done.lines if "EER" in line]
    assert done.lines[-1] == "no plot: the pair list has no column 'genuine'"
    assert not plot.exists()


def test_one_kind_of_pairs_gives_no_rates(images: Path, tmp_path: Path) -> None:
    done, _ = scored(images, tmp_path, GENUINE, plot=tmp_path / "plot.png")
    assert done.lines[0] == "no error rates: 2 mated and 0 non-mated scores"
    assert done.lines[-1].startswith("no plot: mated and non-mated scores")


def test_plot_and_the_lesser_quality_of_each_pair(images: Path, tmp_path: Path) -> None:
    plot = tmp_path / "plot.png"
    pairs = [*GENUINE, ("blank.png", "1_0.png", 0), ("1_0.png", "blank.png", 0), *IMPOSTOR]
    done, rows = scored(images, tmp_path, pairs, plot=plot)
    assert cv2.imread(str(plot)) is not None
    assert done.lines[-1] == f"curves → {plot}"
    assert [row["biocapture_quality"] for row in rows[2:4]] == ["", ""]  # not assessable, on either side
    first, second = (float(row["biocapture_quality"]) for row in rows[:2])
    assert float(rows[4]["biocapture_quality"]) <= max(first, second) <= 100


def test_two_workers_give_the_same_bytes_in_any_order(images: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    pairs = GENUINE + IMPOSTOR
    _, rows = scored(images, tmp_path / "one", pairs)
    scored(images, tmp_path / "two", pairs, workers=2)
    assert (tmp_path / "one" / "out.csv").read_bytes() == (tmp_path / "two" / "out.csv").read_bytes()
    _, backwards = scored(images, tmp_path / "two", pairs[::-1])
    assert backwards == rows[::-1]
    _, alone = scored(images, tmp_path / "two", pairs[:1])
    assert alone == rows[:1]


def test_few_templates_are_kept_ready(images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, rows = scored(images, tmp_path, GENUINE + IMPOSTOR)
    monkeypatch.setattr("biocapture.comparison.evaluation.evaluate.MAX_PREPARED_TEMPLATES", 1)
    assert scored(images, tmp_path, GENUINE + IMPOSTOR)[1] == rows


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"modality": "auto"}, "one modality"),
        ({"modality": "toe"}, "toe"),
        ({"ppi": 3}, "50..5000"),
        ({"plot": Path("curves.pdf")}, "a plot is a .png"),
        ({"images": Path("no such")}, "no such folder"),
        ({"out": Path("no such/out.csv")}, "no such folder"),
        ({"pairs": Path("no such.csv")}, "cannot be read"),
    ],
)
def test_wrong_usage_is_said_before_any_work(images: Path, tmp_path: Path, how: dict, says: str) -> None:
    def watch(items: object, total: int, what: str) -> object:
        raise AssertionError(what)

    listed = tmp_path / "pairs.csv"
    listed.write_text("file1,file2\n1_0.png,1_12.png\n")
    with pytest.raises(UsageError, match=says):
        evaluate(**{"images": images, "pairs": listed, "out": tmp_path / "out.csv", "progress": watch} | how)


def test_another_comparison_judges_the_quality_of_faces(tmp_path: Path) -> None:
    listed, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    pairs = [
        ("budi.jpg", "budi_blue.jpg", 1, 0.9),
        ("dark_glasses.jpg", "budi.jpg", 1, 0.2),
        ("budi.jpg", "sari.jpg", 0, 0.3),
    ]
    pairs += [("agus.jpg", "no_face.jpg", 0, -1)]
    listed.write_text("file1,file2,genuine,theirs\n" + "".join(f"{','.join(map(str, row))}\n" for row in pairs))
    done = evaluate(FACES, listed, out, "face", scores_from="theirs", fmr=0.5, tables=tmp_path)
    assert done.lines[0] == "EER: 50.00 % (2 mated and 2 non-mated scores)"
    assert [line.split(":")[0] for line in done.lines[4:6]] == ["qualities", "4 pairs → " + str(out)]
    with out.open(newline="") as handle:
        good, covered, other, none = (row["biocapture_quality"] for row in csv.DictReader(handle))
    assert float(covered) < 60
    assert min(float(good), float(other)) > 90
    assert none == ""
    assert (tmp_path / "edc.csv").is_file()


def test_faces_are_not_compared_by_us(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="face: cannot be compared"):
        evaluate(FACES, tmp_path / "pairs.csv", tmp_path / "out.csv", "face")
