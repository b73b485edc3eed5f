"""Files of the folder that is scored are data: whatever their names, none is ever executed."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import wsq  # noqa: F401  registers the format with Pillow
from PIL import Image as PillowImage
from tests.support.prints import touch

from biocapture.workers.maps import map_ordered

PLANTED = [
    *("struct", "io", "wsq", "PIL", "numpy", "cv2", "biocapture", "multiprocessing", "pickle", "threading", "signal"),
    *("runpy", "re", "encodings", "site", "sitecustomize", "usercustomize", "gphoto2", "gi", "sane", "json", "queue"),
    *("matplotlib", "ray", "pyarrow", "pandas", "uuid", "zipfile", "difflib", "onnxruntime", "skimage", "wave"),
]
"""What our processes import, or what an interpreter imports by itself."""

PROGRAM = "from biocapture.cli import main; main()"
SPAWNS = """
import threading
from biocapture.assessment.pipeline import assess_many
if __name__ == "__main__":
    threading.Thread(target=threading.Event().wait, daemon=True).start()  # no forking beside a thread
    print(*(bool(report.error) for report in assess_many(["a.wsq", "b.wsq"], "fingerprint", workers=2)))
"""
DRAWS = """
import sys
from pathlib import Path
import numpy as np
from biocapture.comparison.evaluation.plot import write_plot
write_plot(np.array([3.0, 4.0]), np.array([1.0, 2.0]), np.array([5.0, 6.0]), Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two prints, and modules that would leave a file behind if anything ran them."""
    folder = tmp_path_factory.mktemp("received")
    stored = io.BytesIO()
    PillowImage.fromarray(touch(1).pixels).save(stored, "WSQ")
    for name in ("a.wsq", "b.wsq"):
        (folder / name).write_bytes(stored.getvalue())
    (folder / "pairs.csv").write_text("file1,file2,genuine\na.wsq,b.wsq,1\n")
    (folder / "matplotlibrc").write_text("savefig.facecolor: red\n")
    for name in PLANTED:
        trap = f"import os; os.close(os.open({str(folder / f'{name}.ran')!r}, os.O_CREAT))\n"
        (folder / f"{name}.py").write_text(trap)
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(trap)
    return folder


def run_in(folder: Path, program: str, *words: object, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """As an installed command is run: the folder of the program comes first on the path, not the current one."""
    for left in folder.glob("*.ran"):
        left.unlink()
    script = elsewhere / "program.py"
    script.write_text(program)
    command = [sys.executable, str(script), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("score", ".", "-m", "fingerprint", "-w", "2"),
        ("run", ".", "-m", "fingerprint", "-w", "2", "--out", "{out}"),
        ("compare", "a.wsq", "b.wsq"),
        ("evaluate", "--images", ".", "--pairs", "pairs.csv", "-w", "2", "--out", "{out}"),
        ("devices", "list"),
        ("capture", "--device", "sim:finger?script=good", "--position", "right_index"),
        ("check", "."),
    ],
    ids=lambda words: words[0],
)
def test_no_command_runs_what_lies_in_the_current_folder(
    words: tuple[str, ...], received: Path, tmp_path: Path
) -> None:
    done = run_in(received, PROGRAM, *(word.format(out=tmp_path / "out") for word in words), elsewhere=tmp_path)
    assert not list(received.glob("*.ran")), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if words[0] in {"score", "compare"}:
        assert done.returncode == 0, done.stderr


def test_no_spawned_worker_runs_what_lies_in_the_current_folder(received: Path, tmp_path: Path) -> None:
    done = run_in(received, SPAWNS, elsewhere=tmp_path)
    assert not list(received.glob("*.ran"))
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_plots_are_not_those_of_a_matplotlibrc_in_the_current_folder(received: Path, tmp_path: Path) -> None:
    run_in(received, DRAWS, tmp_path / "here.png", elsewhere=tmp_path)
    run_in(tmp_path, DRAWS, tmp_path / "there.png", elsewhere=tmp_path)
    assert not list(received.glob("*.ran"))
    assert (tmp_path / "here.png").read_bytes() == (tmp_path / "there.png").read_bytes()


def test_no_actor_of_ray_runs_what_lies_in_the_current_folder(received: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="THE RAY ENGINE IS NOT TESTED HERE: pip install 'biocapture[ray]'")
    out = tmp_path / "run"
    words = ("run", ".", "-m", "fingerprint", "--engine", "ray", "-w", "1", "--out", out)
    done = run_in(received, PROGRAM, *words, elsewhere=tmp_path)
    assert not list(received.glob("*.ran")), done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


def test_the_environment_is_as_before_once_workers_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    held = threading.Thread(target=threading.Event().wait, args=(0.1,))
    held.start()
    assert list(map_ordered(list, range(3), 2, lambda item, why: item)) == [0, 1, 2]
    assert "PYTHONSAFEPATH" not in os.environ
    held.join()
