"""The command of docs/contributing.md in a copy of the package: a file and a line."""

from pathlib import Path

from tests.support.guide import blocks, copy_of_package, insert_line, run_copy

FILE, LINE = blocks("A new command")
IMAGE = Path(__file__).parents[2] / "sample_data" / "fingerprint" / "person01" / "right_index_1.png"


def test_a_file_and_a_line_are_a_command(tmp_path: Path) -> None:
    copy = copy_of_package(tmp_path)
    commands = copy / "biocapture" / "cli"
    assert run_copy(copy, "resolution", IMAGE).returncode == 2
    (commands / "resolution.py").write_text(FILE)
    insert_line(commands / "__init__.py", LINE, "COMMANDS = (")
    done = run_copy(copy, "resolution", IMAGE)
    assert (done.returncode, done.stdout) == (0, "500 ppi, metadata\n"), done.stderr
    assert run_copy(copy, "resolution", IMAGE, "--ppi", "1000").stdout == "1000 ppi, given\n"
    assert "where it comes from" in run_copy(copy, "--help").stdout
    assert run_copy(copy, "resolution", FILE[:9]).returncode == 2
