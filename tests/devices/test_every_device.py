"""The script that captures through every adapter: what it says, and when it fails."""

import tomllib
from pathlib import Path

import pytest
from tests import every_device


def test_it_captures_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert every_device.main(["--registry", "folder", "film"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("ok      folder")
    assert first.endswith("416 × 560 px, 500 ppi")
    assert second.endswith("320 × 240 px")


def test_what_is_skipped_and_what_fails(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    eye, face = every_device.target_of("left_eye"), every_device.FACE
    counterparts = {
        "lacking": every_device.Counterpart("camera", "a device", every_device.film, face, lambda: "no such thing"),
        "broken": every_device.Counterpart("camera", "a device", every_device.film, eye),
    }
    monkeypatch.setattr(every_device, "ALL", counterparts)
    assert every_device.main(["lacking"]) == 0
    assert "SKIPPED lacking" in capsys.readouterr().out
    assert every_device.main(["--registry", "lacking"]) == 1
    assert every_device.main(["broken"]) == 1
    assert "FAILED  broken      a device" in capsys.readouterr().out


def test_no_adapter_is_left_out() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf8"))["project"]
    named = {counterpart.adapter for counterpart in every_device.ALL.values()}
    assert named == set(project["entry-points"]["biocapture.devices"])
