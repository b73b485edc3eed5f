"""Options: each is declared once, and what their help says is what holds elsewhere."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.commands import Run
from typer.main import get_command

import biocapture.cli
from biocapture.assessment.modalities import backends
from biocapture.assessment.report import COLUMNS, open_writer
from biocapture.assessment.verdict import ERROR, Verdict
from biocapture.cli import COMMANDS, app, options
from biocapture.cli.terminal.table import COLOURS
from biocapture.comparison.protocol import matcher_for
from biocapture.errors import UsageError
from biocapture.profile.load import shipped_profiles
from biocapture.runs.engines import ENGINES
from biocapture.runs.page.run_table import open_run_table
from biocapture.runs.page.statistics import VERDICTS
from biocapture.runs.page.table_files import READERS
from biocapture.types import Modality

FOLDER = Path(biocapture.cli.__file__).parent
HEAVY = {"numpy", "cv2", "pydantic", "pyarrow", "onnxruntime", "PIL", "jinja2", "biocapture.types"}
OWN_MEANING = {("sbi", "--profile")}
"""Command and option that share a name with another option and nothing else."""


def declarations(path: Path) -> list[tuple[str, str]]:
    """(function, name) of the options that a file declares itself."""
    found = []
    for function in ast.parse(path.read_text(encoding="utf8")).body:
        if isinstance(function, ast.FunctionDef):
            for argument in [*function.args.args, *function.args.kwonlyargs]:
                for call in ast.walk(argument.annotation or ast.Constant(None)):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "typer.Option":
                        named = [word.value for word in call.args if isinstance(word, ast.Constant)]
                        found.append((function.name, str(named[0]) if named else f"--{argument.arg.replace('_', '-')}"))
    return found


def test_no_command_declares_a_shared_option_itself() -> None:
    tree = ast.parse((FOLDER / "options.py").read_text(encoding="utf8"))
    shared = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and str(node.value)[:2] == "--"}
    assert {"--modality", "--profile", "--lang", "--ppi", "--workers", "--out"} < shared
    own = {each for path in FOLDER.glob("*.py") for each in declarations(path)}
    assert len(own) > 20
    assert {(function, name) for function, name in own if name in shared} == OWN_MEANING


def test_help_says_what_holds_elsewhere() -> None:
    assert set(options.EXAMPLE_PROFILES.split(", ")) <= set(shipped_profiles())
    assert set(options.KINDS.replace(" or ", ", ").split(", ")) == {str(kind) for kind in Modality}
    rates = {float(rate) for rate in options.FALSE_MATCH_RATES.replace(" or ", ", ").split(", ")}
    for kind in (Modality.FINGERPRINT, Modality.IRIS):
        assert rates == set(matcher_for(kind).THRESHOLDS)
    assert set(options.FACE_BACKENDS.split(", or ")) == set(backends())
    engine = next(item for item in get_command(app).commands["run"].params if item.name == "engine")
    assert all(name in engine.help for name in ENGINES)


def test_every_file_with_commands_is_listed() -> None:
    files = {path.stem: path for path in FOLDER.glob("*.py")} | {
        path.parent.name: path for path in FOLDER.glob("*/__init__.py")
    }
    there = {name for name, path in files.items() if "commands = typer.Typer(" in path.read_text(encoding="utf8")}
    assert there == {*COMMANDS, "station"}


def test_help_needs_nothing_heavy() -> None:
    code = "import sys, biocapture.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_tables_that_are_written_are_read_and_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused, open_writer(tmp_path / "t.xlsx", []):
        pass
    texts = [item.help for name in ("score", "report") for item in get_command(app).commands[name].params]
    for suffix in READERS:
        with open_writer(tmp_path / f"t{suffix}", list(COLUMNS)):
            pass
        assert open_run_table(tmp_path / f"t{suffix}").files
        assert suffix in str(refused.value)
        assert sum(suffix in text for text in texts if text) >= 2, suffix


def test_every_outcome_has_a_colour_and_a_place_on_the_page() -> None:
    assert set(COLOURS) == set(VERDICTS) == {*Verdict, ERROR}


REFUSALS = {
    "supplier": (("score", "x.png"), "no such backend; there are: default, ofiq"),
    "slot": (("capture", "--device", "sim:finger"), "nobody"),
}
"""Former name of an option → a command that has it, and what it says of a wrong value."""


@pytest.mark.parametrize("former", options.RENAMED)
def test_former_names_of_options_work_and_are_in_no_help(former: str, run: Run) -> None:
    current = options.RENAMED[former]
    command, refusal = REFUSALS[former]
    for words in ([f"--{former}", "nobody"], [f"--{former}=nobody"], [f"--{current}", "nobody"]):
        said = run(*command, *words)
        assert said.status == 2
        assert refusal in said.err
        assert (f"--{former} is deprecated: it is --{current} now" in said.err) == (current not in words[0])
    names = {name for item in get_command(app).commands[command[0]].params for name in item.opts}
    assert f"--{former}" not in names
    assert f"--{current}" in names
