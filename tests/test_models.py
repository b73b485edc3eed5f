import hashlib
import json
from pathlib import Path

import pytest

from biocapture import models
from biocapture.errors import ModelError


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_every_shipped_model_matches_its_card() -> None:
    shipped = [card for card in models.cards() if card.origin == "biocapture"]
    assert shipped
    for card in shipped:
        assert models.checked_path(card.name) == card.path
        assert card.licence
        assert card.data
        assert card.metrics


def test_add_checks_the_digest_and_keeps_a_copy(tmp_path: Path, own_directory: Path) -> None:
    forest = tmp_path / "forest.yaml"
    forest.write_bytes(b"%YAML:1.0\n")
    with pytest.raises(ModelError, match="expected b4a1e7586b3be906f9770e4b77768038"):
        models.add("nfiq2", forest)
    added = models.add("nfiq2", forest, md5=hashlib.md5(b"%YAML:1.0\n", usedforsecurity=False).hexdigest())
    assert added.origin == "user"
    assert added.path.read_bytes() == b"%YAML:1.0\n"
    added.path.write_bytes(b"altered")
    with pytest.raises(ModelError, match="the card says"):
        models.checked_path("nfiq2")


def test_clear_errors(tmp_path: Path, own_directory: Path) -> None:
    with pytest.raises(ModelError, match="only 'nfiq2'"):
        models.add("resnet", tmp_path / "x")
    with pytest.raises(ModelError, match="no such file"):
        models.add("nfiq2", tmp_path / "x")
    with pytest.raises(ModelError, match="no such model"):
        models.load("no_such")
    (own_directory / "broken").mkdir(parents=True)
    (own_directory / "broken" / "card.json").write_text("{}")
    with pytest.raises(ModelError, match="unreadable model card"):
        list(models.cards())


def test_a_file_that_is_no_model(own_directory: Path) -> None:
    folder = own_directory / "fake"
    folder.mkdir(parents=True)
    (folder / "fake.onnx").write_bytes(b"no model")
    facts = {"name": "fake", "file": "fake.onnx", "sha256": hashlib.sha256(b"no model").hexdigest()}
    facts |= {"task": "t", "licence": "l", "data": "d", "metrics": {}}
    (folder / "card.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="onnxruntime cannot load it"):
        models.load("fake")
