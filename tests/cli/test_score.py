"""The command line as its user meets it: exit status, tables, and a row for every file however bad."""

import csv
import io
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from tests.support.commands import Run
from tests.support.prints import touch

from biocapture.assessment.modalities import measures, native_columns
from biocapture.assessment.report import COLUMNS, header
from biocapture.runs.explanation import explanation
from biocapture.types import Modality

PRINT = touch(1).pixels
OTHER = touch(2, (433, 301), partial=0.5).pixels


def save(path: Path, pixels: np.ndarray | Pillow.Image, **how: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Pillow.Image) else Pillow.fromarray(pixels)
    image.save(path, **how)
    return path


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """A folder of two good prints."""
    save(tmp_path / "prints" / "p1" / "right_thumb.png", PRINT, dpi=(500, 500))
    save(tmp_path / "prints" / "p2" / "left_index.png", OTHER, dpi=(500, 500))
    return tmp_path / "prints"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf8", errors="surrogateescape") as handle:
        return list(csv.DictReader(handle))


def test_score_prints_a_line_per_file(run: Run, prints: Path) -> None:
    said = run("score", prints, "-w", 1)
    assert said.status == 0
    lines = said.out.splitlines()
    assert [name in line for name, line in zip(("thumb.png", "index.png"), lines, strict=True)] == [True, True]
    assert all(line.startswith(("READY", "RETAKE", "REVIEW")) for line in lines)
    assert "█" in lines[0]
    assert said.err.startswith("2 images")


def test_score_says_what_to_do_in_the_language_asked(run: Run, tmp_path: Path) -> None:
    path = save(tmp_path / "right_thumb.png", np.full((300, 260), 200, np.uint8))
    for words, sentence in (
        ((), "No fingerprint is seen"),
        (("--lang", "id"), "Sidik jari tidak terlihat"),
        (("--profile", "e-ktp"), "Sidik jari tidak terlihat"),
        (("--profile", "e-ktp", "--lang", "en"), "No fingerprint is seen"),
    ):
        said = run("score", path, "-w", 1, "-m", "fingerprint", *words)
        assert (said.status, sentence in said.out) == (0, True)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_score_writes_a_table_with_native_columns(run: Run, prints: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    said = run("score", prints, "-w", 1, "-m", "fingerprint", "--native", "--out", out)
    assert said.status == 0, said.err
    assert "2 images" in said.out
    if suffix == "csv":
        names = rows_of(out)[0].keys()
    elif suffix == "jsonl":
        names = json.loads(out.read_text(encoding="utf8").splitlines()[0]).keys()
    else:
        import pyarrow.parquet as pq

        names = pq.read_schema(out).names
    assert list(names) == header(tuple(measures(Modality.FINGERPRINT)), tuple(native_columns(Modality.FINGERPRINT)))
    assert not [name for name in names if not explanation(name).startswith(name)]


def test_score_with_two_workers_gives_the_same_table(prints: Path, tmp_path: Path, run: Run) -> None:
    """The second run in an interpreter of its own, as from a shell."""
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    run("score", prints, "-w", 1, "--out", one)
    command = [sys.executable, "-c", "from biocapture.cli import main; main()", "score", str(prints), "-w", "2"]
    done = subprocess.run([*command, "--out", str(two)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert one.read_text() == two.read_text()


def test_score_writes_a_page_about_all_of_them(run: Run, prints: Path, tmp_path: Path) -> None:
    pages = [tmp_path / name for name in ("table.html", "shown.html")]
    for page, more in zip(pages, (("--out", tmp_path / "rows.parquet"), ()), strict=True):
        said = run("score", prints, "--workers", 1, "--modality", "fingerprint", *more, "--report", page)
        assert f"{page.stat().st_size} bytes" in said.err
    counted = [re.findall(r"<table.*?</table>", page.read_text(), re.DOTALL)[:2] for page in pages]
    assert counted[0]
    assert counted[0] == counted[1]


def test_profile_and_ppi_reach_the_scores(run: Run, prints: Path, tmp_path: Path) -> None:
    own = tmp_path / "strict.toml"
    own.write_text('title = "Strict"\nlanguage = "en"\n[retake]\n"fingerprint.quality" = 100\n')
    assert run("score", prints, "-w", 1, "--profile", own, "--out", tmp_path / "a.csv").status == 0
    assert {(row["verdict"], row["reasons"]) for row in rows_of(tmp_path / "a.csv")} == {
        ("RETAKE", "fingerprint.poor_quality")
    }
    assert run("score", prints, "-w", 1, "--ppi", 400, "--out", tmp_path / "b.csv").status == 0
    assert {(float(row["ppi"]), row["ppi_source"]) for row in rows_of(tmp_path / "b.csv")} == {(400.0, "given")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--modality", "toe"), "toe"),
        (("--profile", "no-such"), "no such profile"),
        (("--ppi", 3), "50..5000"),
        (("--out", "table.xlsx"), ".csv, .jsonl or .parquet"),
        (("--out", "no/such/folder/table.csv"), "cannot be written"),
        (("--max-pixels", 0), "max-pixels"),
        (("--no-such-option",), "no-such-option"),
    ],
)
def test_wrong_usage_is_status_2_with_one_clear_line(run: Run, prints: Path, words: tuple, says: str) -> None:
    said = run("score", prints, "-w", 1, *words)
    assert said.status == 2
    assert says in said.err
    assert "Traceback" not in said.err


def test_a_folder_without_images_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    said = run("score", tmp_path, "-w", 1)
    assert (said.status, "no image files" in said.err) == (2, True)


def png_claiming(width: int, height: int) -> bytes:
    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", size), (b"IDAT", zlib.compress(b"\0\0")))
    )


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


UNREADABLE = {
    "empty.png": b"",
    "truncated.png": encoded(PRINT, "PNG")[:9000],
    "truncated.jpg": encoded(PRINT, "JPEG")[:400],
    "text.png": b"not an image at all",
    "bomb.png": png_claiming(30000, 30000),
    "noise.wsq": b"\xff\xa0" + np.random.default_rng(1).bytes(500),
}
READABLE = {
    "a jpeg.png": encoded(PRINT, "JPEG"),
    "one_pixel.png": encoded(np.zeros((1, 1), np.uint8), "PNG"),
    "16_bit.png": encoded(PRINT.astype(np.uint16) * 257, "PNG"),
    "good.png": encoded(PRINT, "PNG"),
}


def fill_with_bad_input(folder: Path) -> set[str]:
    """Files of every sort of badness; gives back the names of those that cannot be read."""
    folder.mkdir()
    for name, content in (UNREADABLE | READABLE).items():
        (folder / name).write_bytes(content)
    save(folder / "cmyk.jpg", Pillow.fromarray(PRINT).convert("CMYK"))
    frames = [Pillow.fromarray(PRINT), Pillow.fromarray(255 - PRINT)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:], duration=100)
    (folder / "animated.gif").rename(folder / "animated.png")
    save(folder / "folder.png" / "inside.png", OTHER)
    (folder / "folder.png" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "gone.png").symlink_to(folder / "no_such_file")
    unreadable = {*UNREADABLE, "gone.png"}
    if os.geteuid() != 0:
        save(folder / "forbidden.png", PRINT).chmod(0)
        unreadable.add("forbidden.png")
    return unreadable


@pytest.mark.parametrize("modality", ["fingerprint", "auto"])
def test_every_bad_file_has_a_row_and_costs_no_other(run: Run, tmp_path: Path, modality: str) -> None:
    folder = tmp_path / "mixed"
    unreadable = fill_with_bad_input(folder)
    out = tmp_path / "out.csv"
    said = run("score", folder, "-w", 1, "-m", modality, "--out", out)
    assert said.status == 1, said.err
    rows = {Path(row["path"]).name: row for row in rows_of(out)}
    assert len(rows) == len(rows_of(out))
    assert set(rows) == {*unreadable, *READABLE, "cmyk.jpg", "animated.png", "inside.png"}
    undecided = {"one_pixel.png"} if modality == "auto" else set()
    assert {name for name, row in rows.items() if row["error"]} == unreadable | undecided
    assert "900000000" in rows["bomb.png"]["error"] or "30000×30000" in rows["bomb.png"]["error"]
    good = rows["good.png"]
    assert float(good["quality"]) > 70
    assert rows["16_bit.png"]["quality"] == good["quality"]
    for name in ("a jpeg.png", "cmyk.jpg", "animated.png"):
        assert float(rows[name]["quality"]) == pytest.approx(float(good["quality"]), abs=5), name
    if modality == "fingerprint":
        assert rows["one_pixel.png"]["failure"] == "fingerprint.no_print"


@pytest.mark.parametrize("words", [(), ("--out", "out.csv"), ("--out", "out.parquet")])
def test_names_that_are_not_unicode_stop_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "prints" / os.fsdecode(b"right_thumb_\xe9.png"), PRINT)
    save(tmp_path / "prints" / "right_thumb_z.png", PRINT)
    said = run("score", "prints", "-w", 1, *words)
    assert said.status == 0
    assert "2 images" in said.out + said.err


def test_a_table_on_the_terminal_has_bad_files_too(run: Run, tmp_path: Path) -> None:
    unreadable = fill_with_bad_input(tmp_path / "mixed")
    said = run("score", tmp_path / "mixed", "-w", 1, "-m", "fingerprint")
    assert said.status == 1
    assert sum(line.startswith("ERROR") for line in said.out.splitlines()) == len(unreadable)
    assert f"ERROR {len(unreadable)}" in said.err


def test_measures_lists_every_measure(run: Run) -> None:
    for words in ((), ("fingerprint",), ("iris",)):
        said = run("measures", *words)
        assert said.status == 0
        listed = {line.split()[0] for line in said.out.splitlines() if re.match(r"[a-z]+\.", line)}
        assert listed == set(measures(*map(Modality, words)))
    assert run("measures", "toe").status == 2


def test_explain(run: Run) -> None:
    said = run("explain", "fingerprint.ridge_period")
    assert said.status == 0
    for part in (
        "fingerprint.ridge_period",
        "µm",
        "0 .. 3300",
        "Band(",
        "operational.py:",
        "Distance from ridge",
        "id ",
    ):
        assert part in said.out
    assert run("explain", "fingerprint.quality.score").out.startswith("fingerprint.quality.score: the calibrated")
    assert COLUMNS["verdict"] in run("explain", "verdict").out
    missed = run("explain", "fingerprint.ridge_perio")
    assert (missed.status, "fingerprint.ridge_period" in missed.err) == (2, True)


def test_models_are_listed_with_their_state(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path))
    said = run("models")
    assert said.status == 0
    lines = [line for line in said.out.splitlines() if line.startswith(("fingerprint_quality", "nfiq2_estimate"))]
    assert len(lines) == 2
    assert all(line.rstrip().endswith("ok") for line in lines)
    (tmp_path / "forest.yaml").write_bytes(b"no forest")
    missed = run("models", "add", "nfiq2", tmp_path / "forest.yaml")
    assert (missed.status, "MD5" in missed.err) == (2, True)


def test_profiles_are_listed_and_shown(run: Run) -> None:
    assert all(name in run("profiles").out for name in ("default", "e-ktp"))
    shown = run("profiles", "e-ktp")
    assert shown.status == 0
    assert shown.out.startswith("title =")
    assert "[retake]" in shown.out
    assert run("profiles", "no-such").status == 2


def test_version_and_help(run: Run) -> None:
    assert json.loads(run("version").out)["biocapture"] == version("biocapture")
    for words in ((), ("score",), ("explain",), ("measures",), ("models",), ("profiles",), ("version",)):
        said = run(*words, "--help")
        assert said.status == 0
        assert "Usage" in said.out
    assert [run(word).status for word in ("score", "scroe")] == [2, 2]
