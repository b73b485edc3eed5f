"""The modality of docs/contributing.md in a copy of the package: a folder and its name go through everything."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.guide import blocks, copy_of_package, insert_line

PACKAGE, MATCHER, NAME, POSITION, PLACE = blocks("A new modality")

COMMANDS = """
import json, sys
from biocapture.cli import main
for words in json.load(sys.stdin):
    sys.argv[1:] = words
    print("<command>")
    try:
        main()
    except SystemExit as end:
        print("<status>", end.code or 0)
    else:
        print("<status> 0")
"""

LOOP = """
import numpy as np
from biocapture.capture import CaptureSettings, capture
from biocapture.devices import Capabilities, Info, Preview, Target
from biocapture.types import Image, Modality, Position, Sample

class Scanner:
    info = Info("palm", "", Capabilities((Modality.PALM,), preview=Preview.CAPTURE))

    def capture(self, target, timeout_s):
        raise AssertionError("its frames are captures")

    def frames(self, target, timeout_s):
        for side in (*[0] * 20, *range(10, 80, 4), *[80] * 40):
            pixels = np.full((100, 100), 255, np.uint8)
            pixels[:side, :side] = 40
            yield Image(pixels)

messages = []
for event in capture(Scanner(), Target(Modality.PALM, Position.RIGHT_PALM), settings=CaptureSettings(steady_frames=2)):
    message = getattr(event, "message", None)
    if message and message not in messages:
        messages.append(message)
result = event.result
best = max(result.attempts, key=lambda attempt: attempt.report.quality)
print(best.sample.modality, best.report.verdict, best.report.quality, *messages)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with palms."""
    copy = copy_of_package(tmp_path_factory.mktemp("palms"))
    palm = copy / "biocapture" / "palm"
    palm.mkdir()
    (palm / "__init__.py").write_text(PACKAGE)
    (palm / "matcher.py").write_text(MATCHER)
    types = copy / "biocapture" / "types.py"
    text = types.read_text(encoding="utf8")
    for after, line in (
        ('    IRIS = "iris"\n', NAME),
        ('    FACE = "face"\n\n    @property\n    def finger', POSITION),
    ):
        assert text.count(after) == 1
        first, newline, rest = after.partition("\n")
        text = text.replace(after, first + newline + line + rest)
    types.write_text(text, encoding="utf8")
    insert_line(types, PLACE, "_MODALITIES = (")
    return copy


def child(source: Path, program: str, folder: Path, given: str = "") -> str:
    """What a program prints that finds the copy."""
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONWARNINGS": "ignore", "COLUMNS": "200"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def outputs(source: Path, folder: Path, *commands: str) -> list[tuple[int, str]]:
    """Exit status and output of several commands of the copy."""
    text = child(source, COMMANDS, folder, json.dumps([command.split() for command in commands]))
    answers = [part.rpartition("<status>") for part in text.split("<command>\n")[1:]]
    return [(int(status), out) for out, _, status in answers]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two palms, a poor one and an empty scanner, and an enrolment of one of them."""
    for name, side in (("good", 80), ("again", 79), ("small", 20), ("empty", 0)):
        pixels = np.full((100, 100), 255, np.uint8)
        pixels[:side, :side] = 40
        cv2.imwrite(str(tmp_path / f"{name}.png"), pixels)
    samples = [{"position": "right_palm", "path": "good.png"}]
    (tmp_path / "manifest.json").write_text(json.dumps({"person": "7", "samples": samples}))
    return tmp_path


def test_a_folder_and_its_name_are_a_modality(source: Path, folder: Path) -> None:
    score, explain, draw, compare, check, bench = outputs(
        source,
        folder,
        "score good.png small.png empty.png -m palm -w 1 --out rows.csv --report page.html",
        "explain palm.quality",
        "draw good.png -m palm --out drawing.png",
        "compare good.png again.png -m palm --overlay overlay.png",
        "check manifest.json --json",
        "bench -m palm -w 1 --seconds 0.1 --json",
    )
    assert score[0] == 0
    with (folder / "rows.csv").open(newline="") as handle:
        rows = {row["path"]: row for row in csv.DictReader(handle)}
    assert [rows[f"{name}.png"]["quality"] for name in ("good", "small", "empty")] == ["100.0", "8.0", ""]
    assert rows["empty.png"]["failure"] == "capture.place_finger"
    assert {row["modality"] for row in rows.values()} == {"palm"}
    assert "palm" in (folder / "page.html").read_text(encoding="utf8")
    assert "How much of the picture is skin" in explain[1]
    assert draw[0] == 0
    assert (cv2.imread(str(folder / "drawing.png")) == (50, 60, 200)).all(axis=2).any()
    assert compare[0] == 0
    assert "98" in compare[1]
    assert (folder / "overlay.png").exists()
    found = json.loads(check[1])
    assert "right_palm" in json.dumps(found)
    assert json.loads(bench[1])["rates"][0]["modality"] == "palm"
    # A run forks, which a process that has run other commands must not.
    assert outputs(source, folder, "run good.png -m palm -w 1 --out RUN")[0][0] == 0


def test_its_frames_are_captured_live(source: Path, tmp_path: Path) -> None:
    words = child(source, LOOP, tmp_path).split()
    assert words[:3] == ["palm", "READY", "100.0"]
    assert "capture.place_finger" in words
    assert "capture.come_closer_face" in words


def test_it_is_guessed_where_nobody_says_what_is_shown(source: Path, folder: Path) -> None:
    program = "import biocapture; print(biocapture.assess('good.png').modality)"
    assert child(source, program, folder).strip() == "palm"
