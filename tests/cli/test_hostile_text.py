"""Names and texts from outside are shown letter by letter: no markup, no control of the terminal, no formula."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from biocapture import cli
from biocapture.assessment.report import Report, open_writer
from biocapture.cli.terminal import door
from biocapture.guidance.plain_text import FORMULA, csv_cell, text_of_csv_cell
from biocapture.runs.page.run_table import open_run_table

NAMES = ("a[red]b.png", "x[", "[/foo].png", "\x1b[31mred.png", "line\nfeed.png", "\u202egnp.txt.png", "\x9b2J.png")
"""Not one of these may reach the terminal as it is, or end a command in a traceback."""

COMMANDS = {  # one worker: processes are not forked from the many threads of a test run
    "score": ["score", "{}", "--workers", "1"],
    "draw": ["draw", "{}"],
    "compare": ["compare", "{}", "{}"],
    "template": ["template", "{}", "--out", "t.bct"],
    "portrait": ["portrait", "{}", "--out", "p.jpg"],
    "check": ["check", "{}"],
    "check --many": ["check", "--many", "{}"],
    "dedup": ["dedup", "{}", "--workers", "1"],
    "report": ["report", "{}", "--out", "r.html"],
    "evaluate": ["evaluate", "--images", ".", "--pairs", "{}", "--out", "o.csv", "--workers", "1"],
    "station list": ["station", "list", "{}", "--key-file", "{}"],
    "profiles": ["profiles", "--check", "{}"],
    "explain": ["explain", "{}"],
    "devices": ["capture", "--device", "folder:{}", "--position", "right_index"],
}


def printed(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Exit status, and all that the program wrote."""
    monkeypatch.setattr(sys, "argv", ["biocapture", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    out = capfd.readouterr()
    return int(end.value.code or 0), out.out + out.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["missing", "there"])
def test_hostile_names(command, kind, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        if kind == "there":
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_bytes(b"nothing that anybody reads")
        status, text = printed([part.replace("{}", name) for part in COMMANDS[command]], monkeypatch, capfd)
        hidden = {ord(character) for character in text} & set(door.HIDDEN) - {ord("\n")}
        assert not hidden, (name, text)
        assert status in (0, 1, 2), (name, text)
        assert "Traceback" not in text, name


def test_hostile_names_in_a_run(tmp_path):
    """In a process of its own: a run forks its worker, which is safe only where there are no threads."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"nothing that anybody reads")
    program = [
        sys.executable,
        "-P",
        "-c",
        "from biocapture.cli import main; main()",
        "run",
        *NAMES,
        "missing\x1b[2J.png",
    ]
    done = subprocess.run([*program, "--out", "out[/x]"], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert not {*(done.stdout + done.stderr).decode()} & {chr(code) for code in door.HIDDEN if code != ord("\n")}
    assert (tmp_path / "out[" / "x]" / "run.json").is_file()


def test_markup_of_names_is_shown(tmp_path, monkeypatch, capfd):
    _, text = printed(["score", "--workers", "1", "a[red].xlsx", "pip install 'biocapture[plot]'"], monkeypatch, capfd)
    assert "a[red].xlsx" in text
    assert "'biocapture[plot]'" in text


@given(st.text())
@example("\\")
@example("a\\\\")
@example("\\[b]\\")
@example("[/b]\\\\[x")
def test_any_text_is_shown_on_one_line(text):
    shown = door.one_line(text)
    assert not {ord(character) for character in shown} & set(door.HIDDEN)
    assert not any(0xD800 <= ord(character) < 0xE000 for character in shown)
    assert door.Terminal(file=io.StringIO()).render_str(door.plain(text), markup=True).plain == shown


@pytest.mark.parametrize("value", [*NAMES, "ünï", 1.5, None])
def test_json_says_what_was_put_in(value, capsys):
    door.say_json({"value": value})
    out = capsys.readouterr().out
    assert json.loads(out) == {"value": value}
    assert not {ord(character) for character in out} & set(door.HIDDEN) - {ord("\n")}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "cp437"])
def test_output_of_any_encoding(encoding, tmp_path):
    (tmp_path / "日本✓.png").write_bytes(b"x")
    command = [sys.executable, "-P", "-c", "from biocapture.cli import main; main()", "score", ".", "--workers", "1"]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert b"ERROR" in done.stdout
    assert b"\\u65e5\\u672c" in done.stdout
    assert not done.stderr or b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_that_is_full(tmp_path):
    command = [sys.executable, "-P", "-c", "from biocapture.cli import main; main()", "version"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "error: standard output: No space left on device"


def test_output_that_is_closed(tmp_path):
    command = f"{sys.executable} -P -c 'from biocapture.cli import main; main()' version >&-"
    done = subprocess.run(command, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@given(st.text(alphabet="'=+-@\t\rab1 ", max_size=6))
def test_csv_cells_go_there_and_back(text):
    cell = csv_cell(text)
    assert not cell.startswith(FORMULA)
    assert text_of_csv_cell(cell) == text


def test_tables_hold_no_formula(tmp_path):
    paths = ["=1+1.png", "-x.png", "@a.png", "+b.png", "'=c.png", "d=.png", "'e.png"]
    with open_writer(tmp_path / "rows.csv", ["path", "sha256", "verdict", "error"]) as table:
        for path in paths:
            table.write(Report(path=path, error="=cmd()"))
    with (tmp_path / "rows.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA)]
    (batch,) = open_run_table(tmp_path / "rows.csv").batches()
    assert batch.cells("path", np.arange(len(paths))) == paths


@pytest.mark.parametrize("language", ["sw", "../en", "EN"])
@pytest.mark.parametrize(
    "command", ["score x.png", "check x", "draw x.png", "portrait x.png --out y.jpg", "report x.csv --out y.html"]
)
def test_languages_are_checked_at_once(command, language, monkeypatch, capfd):
    status, text = printed([*command.split(), "--lang", language], monkeypatch, capfd)
    assert status == 2
    assert "no such language; there are: en, id" in text
