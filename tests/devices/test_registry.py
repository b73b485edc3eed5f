"""Adapters behind their entry points."""

import pytest

from biocapture.devices.protocol import DeviceOptions
from biocapture.devices.registry import adapters, load_adapter

OURS = sorted(name for name, point in adapters().items() if point.value.startswith("biocapture."))


@pytest.mark.parametrize("name", OURS)
def test_options_bear_the_name_of_their_adapter(name: str) -> None:
    model = load_adapter(name).options_model
    assert model.__name__ == f"{name.capitalize()}Options"
    assert issubclass(model, DeviceOptions)
    assert model.model_config["extra"] == "forbid"
