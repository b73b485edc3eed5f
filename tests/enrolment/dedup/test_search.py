"""Who is in there twice."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image as Pillow
from tests.support.records_of_people import ROOT

from biocapture.enrolment.dedup import find_duplicates
from biocapture.enrolment.dedup.search import clusters
from biocapture.errors import UsageError
from biocapture.images.private_files import is_readable_by_others

THREE = ("right_thumb", "left_index", "left_little")


def enrolled(root: Path, name: str, person: str, touch: int) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    for slot in THREE:
        shutil.copy(ROOT / "images" / f"{person}_{slot}_{touch}.jpg", folder / f"{slot}.jpg")
    return folder


def test_a_person_under_two_names_is_found(tmp_path: Path) -> None:
    one, other = enrolled(tmp_path, "a", "ayu", 1), enrolled(tmp_path, "z", "ayu", 2)
    enrolled(tmp_path, "b", "budi", 1)
    result = find_duplicates([tmp_path])
    assert [pair.owners for pair in result.pairs] == [(str(one), str(other))]
    assert len(result.pairs[0].samples) == 3
    assert result.clusters == ((str(one), str(other)),)
    assert (result.owners, result.images, result.comparisons) == (3, 9, 9)
    assert result.to_dict()["pairs"][0]["score"] > 98


def test_images_without_slots_are_compared_one_with_another(tmp_path: Path) -> None:
    for number, name in enumerate(("ayu_right_thumb_1", "ayu_right_thumb_2", "budi_right_thumb_1")):
        shutil.copy(ROOT / "images" / f"{name}.jpg", tmp_path / f"finger scan {'abc'[number]}.jpg")
    (tmp_path / "finger broken.png").write_bytes(b"\x89PNG")
    result = find_duplicates([tmp_path])
    assert [pair.owners for pair in result.pairs] == [
        (str(tmp_path / "finger scan a.jpg"), str(tmp_path / "finger scan b.jpg"))
    ]
    assert list(result.unreadable) == [str(tmp_path / "finger broken.png")]


def test_another_slot_only_when_asked(tmp_path: Path) -> None:
    for folder, slot, touch in (("a", "right_thumb", 1), ("b", "left_thumb", 2)):
        (tmp_path / folder).mkdir()
        shutil.copy(ROOT / "images" / f"ayu_right_thumb_{touch}.jpg", tmp_path / folder / f"{slot}.jpg")
        shutil.copy(
            ROOT / "images" / f"budi_right_{'ring' if touch == 1 else 'little'}_1.jpg", tmp_path / folder / "RI.jpg"
        )
    assert find_duplicates([tmp_path]).pairs == ()
    assert len(find_duplicates([tmp_path], any_slot=True).pairs) == 1


def test_wrong_usage(tmp_path: Path) -> None:
    enrolled(tmp_path, "a", "ayu", 1)
    with pytest.raises(UsageError, match="at least two"):
        find_duplicates([tmp_path / "a"])
    with pytest.raises(UsageError, match="no such file"):
        find_duplicates([tmp_path / "nobody"])
    enrolled(tmp_path, "b", "budi", 1)
    with pytest.raises(UsageError, match="must be one of"):
        find_duplicates([tmp_path], fmr=0.5)
    with pytest.raises(UsageError, match="no such engine"):
        find_duplicates([tmp_path], engine="abacus")


def test_clusters_link_over_others() -> None:
    assert clusters([("a", "b"), ("c", "d"), ("b", "e"), ("x", "d")]) == (("a", "b", "e"), ("c", "d", "x"))
    assert clusters([]) == ()


def test_processes_find_the_same(tmp_path: Path) -> None:
    enrolled(tmp_path, "a", "ayu", 1), enrolled(tmp_path, "b", "ayu", 2)
    assert find_duplicates([tmp_path], workers=2) == find_duplicates([tmp_path])


def test_a_journal_spares_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the middle of a line, changed images and all: the result is that of a run without one."""
    journal = tmp_path / "journal"
    for name, person, touch in (("a", "ayu", 1), ("b", "ayu", 2), ("c", "budi", 1)):
        enrolled(tmp_path / "people", name, person, touch)
    first = find_duplicates([tmp_path / "people"], journal=journal)
    assert first == find_duplicates([tmp_path / "people"])
    assert not is_readable_by_others(journal)
    journal.write_bytes(journal.read_bytes()[:-30])
    counts: list[tuple[int, str]] = []

    def counted(items: Iterable[object], count: int, unit: str) -> Iterable[object]:
        counts.append((count, unit))
        return items

    assert find_duplicates([tmp_path / "people"], journal=journal, progress=counted) == first
    assert counts == [(0, "images read"), (1, "blocks searched")]
    shutil.copy(tmp_path / "people" / "c" / "right_thumb.jpg", tmp_path / "people" / "b" / "right_thumb.jpg")
    counts.clear()
    changed = find_duplicates([tmp_path / "people"], journal=journal, progress=counted)
    assert counts == [(1, "images read"), (1, "blocks searched")]
    assert {pair.owners[0][-1] + pair.owners[1][-1] for pair in changed.pairs} == {"ab", "bc"}


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    enrolled(tmp_path, "a", "ayu", 1), enrolled(tmp_path, "b", "budi", 1)
    (tmp_path / "letter.txt").write_text("not a journal\n")
    with pytest.raises(UsageError, match="not a journal"):
        find_duplicates([tmp_path / "a", tmp_path / "b"], journal=tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "not a journal\n"


def test_prints_of_low_resolution_are_named_and_never_matched(tmp_path: Path) -> None:
    for name in "ab":
        folder = enrolled(tmp_path, name, "ayu", 1)
        Pillow.open(folder / "right_thumb.jpg").save(folder / "right_thumb.jpg", dpi=(200, 200), quality=95)
    result = find_duplicates([tmp_path])
    assert set(result.not_compared) == {str(tmp_path / name / "right_thumb.jpg") for name in "ab"}
    assert all("200 ppi, expected at least 350" in reason for reason in result.not_compared.values())
    assert {Path(path).stem for pair in result.pairs for path, _, _ in pair.samples} == {"left_index", "left_little"}
