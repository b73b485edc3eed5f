"""The rules for a record stand once: what a file does not say is what the dataclass says."""

import ast
import inspect
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest

from biocapture.errors import ProfileError
from biocapture.profile import load
from biocapture.profile.load import load_profile
from biocapture.profile.record_rules import Group, PacketRules, RecordRules
from biocapture.types import Modality

HEAD = "title = 'x'\nlanguage = 'en'\n"


def rules(tmp_path: Path, table: str) -> RecordRules:
    (tmp_path / "mine.toml").write_text(HEAD + table)
    return load_profile(tmp_path / "mine.toml", ()).record


def test_what_is_not_said_is_the_default_of_the_dataclass(tmp_path: Path) -> None:
    assert rules(tmp_path, "") == RecordRules()
    assert rules(tmp_path, "[record]") == RecordRules()
    assert rules(tmp_path, "[record]\neye_fmr = 0.25") == replace(RecordRules(), eye_fmr=0.25)
    assert rules(tmp_path, "[record.budget]\nwsq = false") == replace(RecordRules(), budget=PacketRules(wsq=False))
    table = "[record]\nusable = { iris = 1 }\nmeans = { right_slap = 40 }"
    assert rules(tmp_path, table) == RecordRules(means={Group.RIGHT_SLAP: 40.0}, usable={Modality.IRIS: 1})


@pytest.mark.parametrize("kind", [RecordRules, PacketRules])
def test_reading_repeats_no_default(kind: Any) -> None:
    named = {field.name for field in fields(kind)}
    assert all(field.default is not MISSING or field.default_factory is not MISSING for field in fields(kind))
    assigned = {
        node.target.id
        for node in ast.walk(ast.parse(inspect.getsource(load)))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert named & assigned == set()


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ("[record]\nattempts = 0", r"record\.attempts: .* greater than or equal to 1"),
        ("[record]\nattempts = 101", r"record\.attempts: .* less than or equal to 100"),
        ("[record]\nghost_fmr = 1.0", r"record\.ghost_fmr: .* less than 1"),
        ("[record]\ngost_fmr = 0.1", r"record\.gost_fmr"),
        ("[record.budget]\npacket_bytes = 0", r"record\.budget\.packet_bytes: .* greater than 0"),
        ("[record.budget]\npacket = 5", r"record\.budget\.packet"),
        ("[record]\nmeans = { thums = 5 }", r"record\.means\.thums: .*'thumbs'"),
        ("[record]\nmeans = { thumbs = 101 }", r"record\.means\.thumbs: .* less than or equal to 100"),
        ("[record]\nusable = { ear = 1 }", r"record\.usable\.ear"),
    ],
)
def test_wrong_rules_say_what_is_wrong(tmp_path: Path, table: str, match: str) -> None:
    with pytest.raises(ProfileError, match=match):
        rules(tmp_path, table)
