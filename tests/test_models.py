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
        models.card("broken")


def test_a_file_that_is_no_model(own_directory: Path) -> None:
    folder = own_directory / "fake"
    folder.mkdir(parents=True)
    (folder / "fake.onnx").write_bytes(b"no model")
    facts = {"name": "fake", "file": "fake.onnx", "sha256": hashlib.sha256(b"no model").hexdigest()}
    facts |= {"task": "t", "licence": "l", "data": "d", "metrics": {}}
    (folder / "card.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="onnxruntime cannot load it"):
        models.load("fake")


def add_folder(own_directory: Path, name: str, **facts: object) -> Path:
    """A folder of the user's with a card."""
    folder = own_directory / name
    folder.mkdir(parents=True)
    (folder / "x.onnx").write_bytes(b"no model")
    known = {"name": name, "file": "x.onnx", "sha256": "0", "task": "t", "licence": "l", "data": "d", "metrics": {}}
    (folder / "card.json").write_text(json.dumps(known | facts))
    return folder


def test_models_of_ours_are_never_replaced(own_directory: Path) -> None:
    folder = add_folder(own_directory, "fingerprint_quality")
    assert models.card("fingerprint_quality").origin == "biocapture"
    assert models.checked_path("fingerprint_quality").is_relative_to(models.shipped_directory())
    (fault,) = models.faults()
    assert fault.subject == str(folder / "card.json")
    assert "comes with biocapture" in str(fault)


@pytest.mark.parametrize(
    "card", ["", "{", "[]", "{}", "[" * 100_000, '{"name": "broken"}', None, "elsewhere", "other name", "folder"]
)
def test_a_broken_card_breaks_nothing_else(card: str | None, own_directory: Path) -> None:
    before = [each.name for each in models.cards()]
    folder = add_folder(own_directory, "broken")
    path = folder / "card.json"
    if card == "elsewhere":
        path.write_text(path.read_text().replace('"x.onnx"', '"../../x.onnx"'))
    elif card == "other name":
        path.write_text(path.read_text().replace('"broken"', '"nfiq2"'))
    elif card == "folder":
        path.unlink()
        path.mkdir()
    elif card is None:
        path.write_bytes(b"\xff\xfe\x00")
    else:
        path.write_text(card)
    assert [each.name for each in models.cards()] == before
    assert [fault.subject for fault in models.faults()] == [str(path)]
    assert not models.is_present("broken")
    with pytest.raises(ModelError, match="unreadable model card"):
        models.load("broken")


def test_cards_are_written_whole_or_not_at_all(own_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = add_folder(own_directory, "nfiq2")
    before = (folder / "card.json").read_text()

    def cut_short(path: Path, text: str, **options: object) -> int:
        path.write_bytes(text[:10].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", cut_short)
    with pytest.raises(OSError, match="No space"):
        models.write_card("nfiq2", {"name": "nfiq2"})
    assert (folder / "card.json").read_text() == before
