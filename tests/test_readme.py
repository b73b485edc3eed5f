"""What the README names is there: its pictures and how they are made, its links, its commands and their options."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from biocapture.cli import app

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf8")
COMMANDS = sorted(
    {line.split("#")[0].strip() for line in re.findall(r"^\$? ?(biocapture [^\n]*)$", TEXT, flags=re.MULTILINE)}
    | set(re.findall(r"`(biocapture [^`\n]*)`", TEXT))
)
GROUP = typer.main.get_command(app)


def test_every_picture_is_there_and_made_by_make_figures() -> None:
    figures = (ROOT / "Makefile").read_text(encoding="utf8").split("figures:")[1].split("clean:")[0]
    pictures = set(re.findall(r"docs/[\w.]+\.(?:svg|png|jpg|webp)", TEXT))
    assert len(pictures) >= 5
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture
        assert picture in figures, picture


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith("http") or (ROOT / target).exists(), target


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_what_they_are_given(line: str) -> None:
    words = line.split()[1:]
    command: Any = GROUP
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word == "|" or word not in command.commands:
            assert command is not GROUP or word.startswith("-"), f"{line}: no command {word}"
            break
        command = command.commands[word]
    known = {option for item in command.params for option in (*item.opts, *item.secondary_opts)} | {"--help"}
    used = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
    assert used <= known, line
