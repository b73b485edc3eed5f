"""Every position has one modality, and whoever speaks of both agrees."""

import pytest

from biocapture.devices import target_of
from biocapture.devices.sbi.codes import GROUPS, MODALITY_OF_TYPE
from biocapture.images.naming import modality_of_name, position_of
from biocapture.images.records.cbeff import MODALITY_OF_TYPE as MODALITY_OF_BIR_TYPE
from biocapture.images.records.cbeff import Bir, subtype_of
from biocapture.profile.record_rules import Group
from biocapture.types import EYES, FINGERS, Modality, Position

POSITIONS = tuple(position for position in Position if position is not Position.UNKNOWN)


def modality_of(position: Position) -> Modality:
    modality = position.modality
    assert modality is not None
    return modality


def test_fingers_and_eyes_are_all_that_is_not_a_face() -> None:
    assert sorted([*FINGERS, *EYES, Position.FACE]) == sorted(Position)
    assert {modality_of(position) for position in FINGERS[1:]} == {Modality.FINGERPRINT}
    assert {modality_of(position) for position in EYES} == {Modality.IRIS}
    assert Position.FACE.modality is Modality.FACE
    assert Position.UNKNOWN.modality is None


@pytest.mark.parametrize("position", POSITIONS)
def test_everybody_gives_a_position_its_modality(position: Position) -> None:
    modality = modality_of(position)
    assert target_of(position).modality is modality
    assert (position_of(f"{position}.png"), modality_of_name(f"{position}.png")) == (position, modality)
    name = next(name for name, meant in MODALITY_OF_BIR_TYPE.items() if meant is modality)
    record = Bir(type=(name,), subtype=subtype_of(position))
    assert (record.position, record.modality) == (position, modality)
    kind = next(name for name, shown in MODALITY_OF_TYPE.items() if shown is modality)
    assert position in {each for group in GROUPS[kind].values() for each in group}


@pytest.mark.parametrize("kind", GROUPS)
def test_what_an_sbi_device_captures_is_of_its_type(kind: str) -> None:
    assert {modality_of(position) for group in GROUPS[kind].values() for position in group} == {MODALITY_OF_TYPE[kind]}


def test_groups_hold_every_position_once_and_one_modality_each() -> None:
    assert sorted(position for group in Group for position in group.positions) == sorted(POSITIONS)
    assert all(len({position.modality for position in group.positions}) == 1 for group in Group)
