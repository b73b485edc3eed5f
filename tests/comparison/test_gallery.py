import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.prints import grown, sample

from biocapture.comparison.gallery import HEADER, MAGIC, Gallery
from biocapture.errors import TemplateError, UsageError
from biocapture.fingerprint.comparison import index, search
from biocapture.fingerprint.comparison.compare import THRESHOLDS
from biocapture.fingerprint.comparison.template import Template, template_of
from biocapture.synthetic.fingerprint.impression import Effects, impression

SEEDS = (70, 71, 73, 74, 75, 76)


def touch(seed: int, impression_seed: int = 0, **effects: float) -> Template:
    return template_of(sample(impression(grown(seed), impression_seed, Effects(**effects)).pixels))


BLANK = template_of(sample(np.full((100, 100), 255, np.uint8)))


@functools.cache
def templates() -> dict[str, Template]:
    """One impression of every finger, and a blank; the same object each time."""
    return {f"finger {seed}": touch(seed) for seed in SEEDS} | {"blank": BLANK}


def test_finds_the_finger_first() -> None:
    gallery = Gallery(templates().items())
    assert len(gallery) == len(templates())
    for seed in SEEDS:
        found = gallery.search(touch(seed, 4, rotation_deg=12.0), top=3)
        assert found[0].id == f"finger {seed}"
        assert found[0].score > THRESHOLDS[1e-4] > found[1].score
        assert len(found) == 3


def test_the_same_finger_is_the_most_promising() -> None:
    features = [search.index_features(template) for template in templates().values()]
    for i, seed in enumerate(SEEDS):
        scores = index.prefilter_scores(search.index_features(touch(seed, 4, rotation_deg=-20.0, dry=0.3)), features)
        assert scores.argmax() == i
        assert 1 >= scores[i] > 1.5 * np.delete(scores, i).max()
        assert scores[-1] == 0  # the blank


def test_a_template_is_as_promising_alone_as_among_others() -> None:
    features = [search.index_features(template) for template in templates().values()]
    probe = search.index_features(touch(71, 4))
    together = index.prefilter_scores(probe, features)
    alone = [index.prefilter_scores(probe, [each])[0] for each in features]
    np.testing.assert_allclose(alone, together, rtol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_minutiae_are_ranked_too(count: int) -> None:
    whole = templates()["finger 70"]
    columns = {name: getattr(whole, name)[:count] for name in ("row", "column", "angle", "ending", "quality")}
    few = search.index_features(replace(whole, **columns))
    scores = index.prefilter_scores(few, [few, search.index_features(whole)])
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (scores > 0).all() == (count > 1)
    assert (scores[0] > 0.1) == (count > 1)  # neighbours are part of the likeness: to the whole print it is less
    assert index.prefilter_scores(search.index_features(whole), [few]).shape == (1,)


def test_minutiae_in_one_place_promise_nothing() -> None:
    whole = templates()["finger 70"]
    crowd = replace(whole, row=np.full_like(whole.row, 200), column=np.full_like(whole.column, 200))
    assert index.prefilter_scores(search.index_features(crowd), [search.index_features(crowd)])[0] < 0.2


def test_pieces_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = touch(71, 4)
    whole = Gallery(templates().items()).search(probe)
    monkeypatch.setattr(index, "BATCH", 2)
    assert Gallery(templates().items()).search(probe) == whole


def test_removed_and_replaced_templates() -> None:
    gallery = Gallery(templates().items())
    gallery.remove("finger 71")
    assert "finger 71" not in gallery
    assert all(candidate.id != "finger 71" for candidate in gallery.search(touch(71, 4)))
    gallery.add("finger 73", touch(71))
    assert gallery.search(touch(71, 4))[0].id == "finger 73"
    with pytest.raises(UsageError, match="no such id"):
        gallery.remove("finger 71")


def test_empty_galleries_and_probes() -> None:
    assert Gallery().search(touch(70)) == []
    assert all(candidate.score < 1 for candidate in Gallery(templates().items()).search(BLANK))


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    gallery, path = Gallery(templates().items()), tmp_path / "station.gallery"
    gallery.save(path)
    again = Gallery.load(path)
    assert list(again) == list(gallery)
    assert again.search(touch(74, 4)) == gallery.search(touch(74, 4))
    assert [entry.name for entry in tmp_path.iterdir()] == ["station.gallery"]


def test_same_templates_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Gallery(templates().items()).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("name", ["", "a\0", "é 指", "\ud800", "../x", "x" * 10_000])
def test_any_id_is_kept(tmp_path: Path, name: str) -> None:
    Gallery([(name, BLANK)]).save(tmp_path / "one")
    assert list(Gallery.load(tmp_path / "one")) == [name]


def test_a_gallery_that_cannot_be_written_says_so_and_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        Gallery(templates().items()).save(tmp_path / "none" / "station.gallery")
    (tmp_path / "station.gallery.part").mkdir()
    (tmp_path / "station.gallery").write_bytes(b"old")
    with pytest.raises(UsageError, match="cannot be written"):
        Gallery(templates().items()).save(tmp_path / "station.gallery")
    assert (tmp_path / "station.gallery").read_bytes() == b"old"


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "swapped"])
def test_damaged_galleries_say_so(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "station.gallery"
    Gallery(templates().items()).save(path)
    data = path.read_bytes()
    path.write_bytes(
        {"empty": b"", "text": b"no gallery", "cut": data[:-40], "swapped": data.replace(b"BCF3", b"XCF1")}[damage]
    )
    with pytest.raises(TemplateError, match=r"station\.gallery: not a gallery, or damaged"):
        Gallery.load(path)
    with pytest.raises(TemplateError, match="not a gallery"):
        Gallery.load(tmp_path)


def stored_template() -> bytes:
    return templates()["finger 70"].to_bytes()


def index_of(size: int) -> dict[str, object]:
    """Index of a gallery of one template of so many bytes."""
    return {"modality": "fingerprint", "ids": ["a"], "sizes": [size]}


def stored(index: str, data: bytes) -> bytes:
    return HEADER.pack(MAGIC, len(index)) + index.encode() + data


@pytest.mark.parametrize(
    "index",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "null",
        "{}",
        lambda size: {"modality": "toe"},
        lambda size: {"modality": ["fingerprint"]},
        lambda size: {"ids": None},
        lambda size: {"ids": [1]},
        lambda size: {"ids": ["a", "a"], "sizes": [size, 0]},
        lambda size: {"ids": ["a", "b"]},
        lambda size: {"sizes": [10**30]},
        lambda size: {"sizes": [float(size)]},
        lambda size: {"ids": ["a", "b"], "sizes": [-1, size + 1]},
        lambda size: {"ids": ["a", "b"], "sizes": [size - 1, 1]},
        '{"sizes": [' + "9" * 10_000 + "]}",
    ],
)
def test_hostile_indices_say_so(tmp_path: Path, index: str | Callable[[int], dict[str, object]]) -> None:
    path, data = tmp_path / "station.gallery", stored_template()
    good = index_of(len(data))
    path.write_bytes(stored(json.dumps(good), data))
    assert list(Gallery.load(path)) == ["a"]
    path.write_bytes(stored(index if isinstance(index, str) else json.dumps(good | index(len(data))), data))
    with pytest.raises(TemplateError, match="not a gallery, or damaged"):
        Gallery.load(path)


def test_more_minutiae_than_a_print_has_are_refused(tmp_path: Path) -> None:
    """Comparison needs memory by the square of their number."""
    count = 20_000
    huge = stored_template()[:9] + count.to_bytes(2, "little") + bytes(5) + bytes(6 * count)
    path = tmp_path / "station.gallery"
    path.write_bytes(stored(json.dumps(index_of(len(huge))), huge))
    with pytest.raises(TemplateError, match="20000 minutiae, expected at most 400"):
        Gallery.load(path)


def test_damage_gives_a_gallery_or_our_error(tmp_path: Path) -> None:
    path, random = tmp_path / "station.gallery", np.random.default_rng(4)
    template = stored_template()
    good = stored(json.dumps(index_of(len(template))), template)
    refused = 0
    for _ in range(300):
        data = bytearray(good)
        data[random.integers(0, 120)] ^= 1 << int(random.integers(0, 8))
        path.write_bytes(data[: random.integers(0, len(data))] if random.random() < 0.3 else data)
        try:
            Gallery.load(path)
        except TemplateError:
            refused += 1
    assert 100 < refused < 300


def test_only_candidates_are_found() -> None:
    gallery, probe = Gallery(templates().items()), touch(73, 4)
    assert [found.id for found in gallery.search(probe, top=1, candidates=1)] == ["finger 73"]
    assert len(gallery.search(probe, top=3, candidates=1)) == 3
    assert gallery.search(probe, candidates=len(gallery)) == gallery.search(probe)


def test_each_two_of_a_gallery_are_compared_once() -> None:
    gallery = Gallery({f"{seed} {number}": touch(seed, number) for seed in SEEDS for number in (0, 4)}.items())
    names = list(gallery)
    matches = []
    for i, name in enumerate(names):
        found = gallery.search_after(name, top=20)
        assert {candidate.id for candidate in found} == set(names[i + 1 :])
        matches += [(name, each.id) for each in found if each.score >= THRESHOLDS[1e-4]]
    assert set(matches) == {(f"{seed} 0", f"{seed} 4") for seed in SEEDS}
    with pytest.raises(UsageError, match="no such id"):
        gallery.search_after("nobody")


def test_a_large_gallery_is_searched_in_steps_and_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with thousands: few take part in the second step, fewer in the third and in full comparisons."""
    for name, value in (("MIN_SECOND", 4), ("SECOND_SHARE", 0.0), ("MIN_THIRD", 3), ("THIRD_SHARE", 0.0), ("CHUNK", 4)):
        monkeypatch.setattr(index, name, value)
    monkeypatch.setattr("biocapture.comparison.gallery.MIN_INDEXED", 2)
    gallery = Gallery(templates().items())
    built = index.Index([search.index_features(each) for each in templates().values()])
    for i, seed in enumerate(SEEDS):
        probe = touch(seed, 4, rotation_deg=12.0)
        assert gallery.search(probe, top=1)[0].id == f"finger {seed}"
        assert built.candidates(search.index_features(probe), 2)[0] == i
        assert i not in built.candidates(search.index_features(probe), 2, start=i + 1)
