"""The steps of a search, on synthetic fingers and on minutiae with known movements."""

from dataclasses import replace

import numpy as np
import pytest
from tests.support.prints import grown, sample

from biocapture.fingerprint.comparison import index
from biocapture.fingerprint.comparison.alignment import aligned_scores
from biocapture.fingerprint.comparison.index import Index
from biocapture.fingerprint.comparison.packed import packed_features
from biocapture.fingerprint.comparison.search import UNIT_SCALE, IndexFeatures, index_features
from biocapture.fingerprint.comparison.support import MAX_PAIRS, supported_pairs
from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS, template_of
from biocapture.synthetic.fingerprint.impression import Effects, impression

SEEDS = (70, 71, 73, 74, 75, 76)


def features(seed: int, touch: int = 0, **effects: float) -> IndexFeatures:
    return index_features(template_of(sample(impression(grown(seed), touch, Effects(**effects)).pixels)))


@pytest.fixture(scope="module")
def enrolled() -> list[IndexFeatures]:
    return [features(seed) for seed in SEEDS]


def scattered(seed: int, count: int = 40) -> IndexFeatures:
    """Minutiae anywhere, with random codes and ridge directions."""
    random = np.random.default_rng(seed)
    code = random.normal(size=(count, 32))
    code *= UNIT_SCALE / np.linalg.norm(code, axis=1, keepdims=True)
    place = (random.uniform(16, 384, count) - 1j * random.uniform(16, 384, count)).astype(np.complex64)
    angle = random.uniform(0, 2 * np.pi, count).astype(np.float32)
    orientation = random.integers(1, ORIENTATIONS + 1, (25, 25)).astype(np.uint8)
    return IndexFeatures(np.rint(code).astype(np.int8), place, angle, orientation)


def turned_by_a_quarter(own: IndexFeatures) -> IndexFeatures:
    """Counter-clockwise: columns become rows that count upwards."""
    side = FIELD_PX * len(own.orientation)
    place = (own.place * 1j - 1j * side).astype(np.complex64)
    steps = np.rot90(own.orientation.astype(np.intp) - 1)
    orientation = ((steps + ORIENTATIONS // 2) % ORIENTATIONS + 1).astype(np.uint8)
    return IndexFeatures(own.code, place, own.angle + np.float32(np.pi / 2), orientation)


def test_codes_have_unit_length_and_hardly_change_with_the_touch(enrolled: list[IndexFeatures]) -> None:
    for own in enrolled:
        np.testing.assert_allclose(np.linalg.norm(own.code.astype(float), axis=1), UNIT_SCALE, atol=2)
    likeness = [[np.sort((a.code.astype(int) @ b.code.T).max(axis=1))[-10:].mean() for b in enrolled] for a in enrolled]
    touched = features(71, 4, rotation_deg=15.0)
    same = np.sort((touched.code.astype(int) @ enrolled[1].code.T).max(axis=1))[-10:].mean()
    others = np.array(likeness)[1][np.arange(len(SEEDS)) != 1]
    assert same > others.max()


def test_the_movement_is_found_whatever_it_is() -> None:
    probe, others = scattered(1), [scattered(seed) for seed in range(2, 8)]
    packed = packed_features([*others, turned_by_a_quarter(probe)])
    chosen = np.arange(len(packed))
    pairs = supported_pairs(probe, packed, chosen)
    scores = aligned_scores(probe, packed, chosen, pairs)
    assert scores.argmax() == len(others)
    # All minutiae paired (0.4 each at no cost), all of the common area (3), all directions alike (5.3).
    assert scores[-1] - 0.94 * np.log(pairs.support[-1] + 1e-4) == pytest.approx(0.4 * 40 + 3 + 5.3, abs=0.5)
    assert scores[-1] > scores[:-1].max() + 15


def test_pairs_of_one_movement_support_one_another() -> None:
    probe = scattered(1)
    pairs = supported_pairs(probe, packed_features([turned_by_a_quarter(probe), scattered(2)]), np.arange(2))
    assert pairs.fit.shape == (MAX_PAIRS, MAX_PAIRS, 2)
    same = pairs.fit[..., 0][~np.eye(MAX_PAIRS, dtype=bool)]
    np.testing.assert_array_equal(pairs.first[:, 0], pairs.second[:, 0])
    assert same.min() > 0.99
    assert np.median(pairs.fit[..., 1]) < 0.1
    assert pairs.support[0] > 0.95
    assert pairs.support[1] < 0.2


def test_a_candidate_does_not_depend_on_its_company(enrolled: list[IndexFeatures]) -> None:
    probe = features(73, 4)
    packed = packed_features(enrolled)
    chosen = np.arange(len(packed))
    together = aligned_scores(probe, packed, chosen, supported_pairs(probe, packed, chosen))
    for i in chosen:
        one = packed_features([enrolled[i]])
        alone = aligned_scores(probe, one, np.arange(1), supported_pairs(probe, one, np.arange(1)))
        assert alone[0] == pytest.approx(together[i], abs=1e-3)


def test_every_step_keeps_the_finger(enrolled: list[IndexFeatures], monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred others, one candidate, and steps as narrow as for ten thousand."""
    for name, value in (("MIN_SECOND", 8), ("MIN_THIRD", 3), ("CHUNK", 32), ("BATCH", 5)):
        monkeypatch.setattr(index, name, value)
    built = Index([*(scattered(seed) for seed in range(100)), *enrolled])
    for i, seed in enumerate(SEEDS):
        assert built.candidates(features(seed, 4, rotation_deg=12.0), 1).tolist() == [100 + i]
    assert built.candidates(features(70, 4), 1, start=101).tolist() != [100]


def test_prints_without_minutiae_are_never_in_the_way(enrolled: list[IndexFeatures]) -> None:
    own = enrolled[0]
    none = replace(own, code=own.code[:0], place=own.place[:0], angle=own.angle[:0])
    blank = replace(none, orientation=np.zeros((0, 0), np.uint8))
    built = Index([none, blank, *enrolled])
    assert built.candidates(features(71, 4), 1).tolist() == [3]
    assert len(built.candidates(none, 2)) == 2
    assert Index([]).candidates(own, 3).tolist() == []
    assert Index([blank, none, none]).candidates(own, 2).tolist() == []
