"""A new language is a new file: every command, page and profile speaks it with nothing else changed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from biocapture.guidance.languages import FOLDER

REPOSITORY = Path(__file__).parents[2]
PRINT = REPOSITORY / "sample_data" / "fingerprint" / "person01" / "right_index_4.png"

CHILD = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from typer.testing import CliRunner
from biocapture.cli import app
from biocapture.guidance import LANGUAGES
assert LANGUAGES == ("en", "id", "xx"), LANGUAGES
for words in sys.argv[1:]:
    print("$", words)
    result = CliRunner().invoke(app, words.split("|"), env={"COLUMNS": "200"})
    if result.exit_code not in (0, 1) or result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    print(result.output)
"""


def toy(content: object) -> object:
    """Each text of a language, marked."""
    if isinstance(content, str):
        return content if len(content) == 1 else f"xx {content}"
    if isinstance(content, list):
        return [toy(each) for each in content]
    return {key: toy(value) for key, value in content.items()}


def test_a_language_is_one_file(tmp_path: Path) -> None:
    package = tmp_path / "src" / "biocapture"
    package.mkdir(parents=True)
    (tmp_path / "models").symlink_to(REPOSITORY / "models")
    for entry in FOLDER.parent.iterdir():
        if entry.name != FOLDER.name:
            (package / entry.name).symlink_to(entry)
    (package / FOLDER.name).mkdir()
    for file in FOLDER.iterdir():
        if file.is_file():
            (package / FOLDER.name / file.name).symlink_to(file)
    english = json.loads((FOLDER / "en.json").read_text(encoding="utf8"))
    (package / FOLDER.name / "xx.json").write_text(json.dumps(toy(english)), encoding="utf8")
    profile = tmp_path / "toy.toml"
    profile.write_text('extends = "default"\ntitle = "Toy"\nlanguage = "xx"\n')
    enrolment = tmp_path / "toy"
    enrolment.mkdir()
    shutil.copy(PRINT, enrolment / "right_index.png")
    scores, page, record = tmp_path / "scores.csv", tmp_path / "page.html", tmp_path / "record.html"
    commands = [
        "score|--help",
        "report|--help",
        "draw|--help",
        "devices|health|--help",
        "explain|fingerprint.orientation_certainty",
        f"profiles|check|{profile}",
        f"check|{enrolment}|--profile|{profile}|--html|{record}",
        f"score|{PRINT}|--workers|1|--out|{scores}",
        f"report|{scores}|--lang|xx|--out|{page}",
        f"draw|{PRINT}|--profile|{profile}|--out|{tmp_path / 'drawn.png'}",
    ]
    run = [sys.executable, "-c", CHILD, str(package.parent), *commands]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(part.split("\n", 1) for part in done.stdout.split("$ ")[1:])
    assert all("en or id or xx" in said[command] for command in commands[:4])
    assert "guidance xx" in said[commands[4]]
    assert "xx RETAKE" in said[commands[6]]
    assert "xx left ring finger: xx Capture this finger" in said[commands[6]]
    assert "xx What to do, in this order" in record.read_text(encoding="utf8")
    assert "xx Capture report" in page.read_text(encoding="utf8")
    assert "xx Ready" in page.read_text(encoding="utf8")
