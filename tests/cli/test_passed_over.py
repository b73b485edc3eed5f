"""Nothing of a folder vanishes without a word: files = rows + what is counted as passed over."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from tests.support.files_of_formats import write_all
from tests.support.whole_records import finger_block, registration

from biocapture.images.walk import walk

COMMAND = [sys.executable, "-c", "from biocapture.cli import main; main()"]
OTHERS = [".pdf", ".txt", ".docx", ".csv", ".json", ".mp4", ".db", ".log", ".html", ".exe", ".dat", ".svg"]


def said(*words: object) -> str:
    """What a command wrote, in one line. It has a process of its own, for it forks."""
    words = tuple(map(str, words))
    ended = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=100, check=False)
    return " ".join((ended.stdout + ended.stderr).split())


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, Counter[str], int]:
    """Captures of every format and records, and other files of many kinds; how many rows there must be."""
    root = tmp_path / "in"
    (root / "below" / ".git").mkdir(parents=True)
    captures = write_all(root)
    (root / "person.xml").write_bytes(registration())
    (root / "unnamed").write_bytes(finger_block(2))
    for i, ending in enumerate(OTHERS):
        for where in (root, root / "below")[: 1 + i % 2]:
            (where / f"other{ending}").write_bytes(b"%PDF-1.7 or something else")
    (root / ".hidden.png").write_bytes(b"")
    (root / "below" / "README").write_bytes(b"read me")
    (root / "below" / "a name. With a dot and words").write_bytes(b"x")
    (root / "nowhere").symlink_to(root / "below" / "other.txt")
    expected = Counter({ending: 1 + i % 2 for i, ending in enumerate(OTHERS)})
    expected |= Counter({"hidden": 2, "without an ending": 3})
    return root, expected, len(captures) + 13 + 1


def test_the_walk_names_the_kind_of_everything_it_passes_over(folder: tuple[Path, Counter[str], int]) -> None:
    root, expected, _ = folder
    found = Counter[str]()
    files = list(walk([root], passed_over=lambda kind: found.update([kind])))
    assert found == expected
    assert len(found) + len({path.suffix for path in files}) >= 20
    inside = sum(len(names) for _, _, names in os.walk(root))
    assert len(files) + found.total() == inside + 1  # the hidden folder counts, what is in it does not


@pytest.mark.parametrize("command", ["score", "run"])
def test_commands_count_what_they_pass_over(
    command: str, folder: tuple[Path, Counter[str], int], tmp_path: Path
) -> None:
    root, expected, rows = folder
    out = tmp_path / ("rows.jsonl" if command == "score" else "RUN")
    text = said(command, root, "--out", out, "--workers", "1")
    line = re.search(r"passed over, as no captures: (\d+) \((.*)\)", text)
    assert line
    assert int(line[1]) == expected.total()
    assert Counter({kind: int(count) for count, kind in re.findall(r"(\d+) ([^,]+)", line[2])}) == expected
    if command == "score":
        assert len(out.read_text().splitlines()) == rows
    else:
        facts = json.loads((out / "run.json").read_text())
        assert (facts["rows"], Counter(facts["passed_over"])) == (rows, expected)


def test_members_of_archives_are_counted(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("a.fir", finger_block(1))
        archive.writestr("b.pdf", b"%PDF")
        archive.writestr(".c.png", b"")
    text = said("run", tmp_path / "some.zip", "--out", tmp_path / "RUN", "--workers", "1")
    assert "passed over, as no captures: 2 (1 .pdf, 1 hidden)" in text
