"""``biocapture capture`` and ``biocapture devices``."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from biocapture.capture.health import HealthRecord, outcome_of
from biocapture.cli import app
from biocapture.errors import DeviceDisconnectedError, HealthError, UsageError
from biocapture.images.decode import decode
from biocapture.types import Image, Modality, Sample

SIM = "sim:finger?fps=0&script="


def test_capture_keeps_the_accepted_image(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["capture", "-d", SIM + "absent:3,good", "-s", "right_index", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert "READY" in done.output
    said = json.loads((tmp_path / "right_index.json").read_text())
    assert said["accepted"]
    assert [one["file"] for one in said["attempts"]] == ["right_index.png"]
    image = decode(tmp_path / "right_index.png", modality=Modality.FINGERPRINT)
    assert (image.pixels.shape, image.ppi) == ((560, 416), 500.0)


def test_capture_that_ends_with_the_plug_pulled(tmp_path: Path) -> None:
    wanted = ["capture", "-d", SIM + "absent:3,disconnect", "-s", "right_index", "--lang", "id", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, wanted)
    assert done.exit_code == 2
    assert "Perangkat terlepas" in done.output
    assert json.loads((tmp_path / "right_index.json").read_text())["error"]


def test_wrong_slot() -> None:
    done = CliRunner().invoke(app, ["capture", "-d", SIM + "good", "-s", "right_toe"])
    assert isinstance(done.exception, UsageError)


def test_list_and_probe() -> None:
    done = CliRunner().invoke(app, ["devices", "list"])
    assert done.exit_code == 0
    assert "finger, iris, face" in done.output
    done = CliRunner().invoke(app, ["devices", "probe", "sim:finger"])
    assert done.exit_code == 0
    assert "simulation" in done.output
    assert "500.0" in done.output


def test_errors_of_devices_pass_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(DeviceDisconnectedError("gone", "sim:finger")))
    assert (type(error), error.message, error.subject) == (DeviceDisconnectedError, "gone", "sim:finger")
    with pytest.raises(DeviceDisconnectedError, match="sim:finger: gone"):
        raise error


def test_health_is_noted_only_when_asked_for_and_told(tmp_path: Path) -> None:
    base, image = tmp_path / "health.sqlite", tmp_path / "glass.png"
    wanted = ["capture", "-d", SIM + "absent:3,good&serial=A7", "-s", "right_index"]
    runner = CliRunner()
    assert runner.invoke(app, wanted).exit_code == 0
    assert list(tmp_path.iterdir()) == []
    assert runner.invoke(app, [*wanted, "--health", str(base)]).exit_code == 0
    done = runner.invoke(app, ["devices", "health", "--db", str(base), "--lang", "id", "--image", str(image)])
    assert done.exit_code == 0, done.output
    assert "sim:A7 (1)" in done.output
    assert "terlalu sedikit" in done.output
    assert decode(image, modality=Modality.FACE).pixels.shape[0] == 640
    _wear_out(base)
    done = runner.invoke(app, ["devices", "health", "--db", str(base)])
    assert done.exit_code == 1
    assert "Line 21 is dead: it differs from the lines beside it in 40 of 40 captures." in done.output
    done = runner.invoke(app, ["devices", "health", "--db", str(base), "--json", "--device", "sim:A7"])
    assert json.loads(done.output)[0]["findings"][0]["facts"]["line"] == 21
    assert isinstance(runner.invoke(app, ["devices", "health", "--db", str(image)]).exception, HealthError)


def _wear_out(base: Path) -> None:
    random = np.random.default_rng(1)
    outcomes = []
    for n in range(40):
        pixels = random.integers(80, 220, (64, 64), np.uint8)
        pixels[21] = 0
        outcomes.append(outcome_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT), 2e9 + n))
    with HealthRecord(base) as record:
        record.add("sim:A7", *outcomes)
