"""Adapters behind their entry points, and the names of devices, drivers and the live capture."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import biocapture
from biocapture.devices.protocol import DeviceOptions
from biocapture.devices.registry import adapters, load_adapter

OURS = sorted(name for name, point in adapters().items() if point.value.startswith("biocapture."))


@pytest.mark.parametrize("name", OURS)
def test_options_bear_the_name_of_their_adapter(name: str) -> None:
    model = load_adapter(name).options_model
    assert model.__name__ == f"{name.capitalize()}Options"
    assert issubclass(model, DeviceOptions)
    assert model.model_config["extra"] == "forbid"


def test_no_two_classes_bear_one_name() -> None:
    folders = [Path(biocapture.__file__).parent / name for name in ("devices", "workers/drivers", "capture")]
    trees = [ast.parse(path.read_text(encoding="utf8")) for folder in folders for path in folder.rglob("*.py")]
    classes = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert classes["CaptureDevice"] == 1
    assert [name for name, count in classes.items() if count > 1] == []
