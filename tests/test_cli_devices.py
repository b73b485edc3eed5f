"""``biocapture capture`` and ``biocapture devices``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from biocapture.cli import app
from biocapture.decode import decode
from biocapture.errors import DeviceDisconnectedError, UsageError
from biocapture.types import Modality

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
