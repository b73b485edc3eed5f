"""Draw what a command prints as an SVG picture: python docs/picture.py OUT.svg COMMAND [ARGUMENT…]."""

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text


def main() -> None:
    """Run the command in colour and save its output with the command above it."""
    out, *command = sys.argv[1:]
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": "150", "PYTHONIOENCODING": "utf8"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf8", check=False)  # noqa: S603
    console = Console(record=True, width=150, file=io.StringIO())
    console.print(f"$ {Path(command[0]).name} {' '.join(command[1:])}", style="bold")
    console.print(Text.from_ansi(done.stdout + done.stderr), soft_wrap=False)
    console.save_svg(out, title="biocapture")


if __name__ == "__main__":
    main()
