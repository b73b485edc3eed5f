import dataclasses
import functools
from pathlib import Path

import numpy as np
import pytest
from tests.support.eyes import eye_image, sample

from biocapture.comparison.gallery import Gallery
from biocapture.errors import TemplateError
from biocapture.iris.comparison.compare import MAX_SHIFT, compare
from biocapture.iris.comparison.independence import dependence
from biocapture.iris.comparison.search import index_features, prefilter_scores
from biocapture.iris.comparison.template import Template, template_of, unpack
from biocapture.iris.features.iris_code import PLACES
from biocapture.types import Modality

EYES = {f"{seed} {'left' if left else 'right'}": (seed, left) for seed in (1, 2, 3, 4) for left in (False, True)}


def eye(seed: int, left: bool, capture_seed: int = 7, **conditions: object) -> Template:
    return template_of(sample(eye_image(seed, left, capture_seed, **conditions).pixels))


@functools.cache
def known_eyes() -> dict[str, Template]:
    return {name: eye(*who) for name, who in EYES.items()}


BLANK = template_of(sample(np.full((480, 640), 128, np.uint8)))


@functools.cache
def probe() -> Template:
    """Another capture of the eye "2 left"."""
    return eye(2, True, 9, roll_deg=9.0)


def gallery() -> Gallery:
    return Gallery([*known_eyes().items(), ("blank", BLANK)], Modality.IRIS)


def rolled(template: Template, places: int) -> Template:
    return dataclasses.replace(template, code=np.roll(template.code, places, 1), mask=np.roll(template.mask, places, 1))


def test_finds_the_eye_first_with_the_scores_of_a_comparison() -> None:
    for name, (seed, left) in EYES.items():
        again = eye(seed, left, 11, roll_deg=-8.0)
        found = gallery().search(again, top=20)
        assert found[0].id == name
        assert len(found) == len(known_eyes()) + 1
        for each in found:
            assert each.score == compare(again, known_eyes().get(each.id, BLANK)).score


def test_only_candidates_are_compared_in_full() -> None:
    assert [each.id for each in gallery().search(probe(), top=1, candidates=1)] == ["2 left"]


def test_upside_down_eyes_are_put_upright_where_it_is_certain() -> None:
    for name, (seed, left) in EYES.items():
        pixels = eye_image(seed, left, 11, roll_deg=-8.0).pixels[::-1, ::-1]
        turned = template_of(sample(np.ascontiguousarray(pixels)))
        assert turned.half_turned
        assert not known_eyes()[name].half_turned
        assert [each.id for each in gallery().search(turned, top=1, candidates=1)] == [name]
        assert [
            each.id
            for each in Gallery([*others(name), ("turned", turned)], Modality.IRIS).search(known_eyes()[name], 1, 1)
        ] == ["turned"]


def others(name: str) -> list[tuple[str, Template]]:
    return [(other, each) for other, each in known_eyes().items() if other != name]


def promise(first: Template, second: Template) -> float:
    """By its definition, on the bits of the even bands: agreement at the best turn over its deviation by chance."""
    one, other = unpack(first), unpack(second)
    agreement = []
    for places in range(-MAX_SHIFT, MAX_SHIFT + 1):
        bits, counts = (np.roll(each, places, axis=2)[:, ::2] for each in (one.bits, one.counts))
        both = counts & other.counts[:, ::2]
        agreement.append(int(both.sum()) - 2 * int((bits ^ other.bits[:, ::2])[both].sum()))
    common = one.counts[:, ::2].sum() * other.counts[:, ::2].mean()
    return max(agreement) / float(common * dependence(first.grain, second.grain)) ** 0.5


def test_promise_is_nearly_how_many_more_bits_agree_than_by_chance() -> None:
    for name, known in known_eyes().items():
        found = prefilter_scores(index_features(probe()), [index_features(known)])[0]
        assert found == pytest.approx(promise(probe(), known), abs=0.5), name
        assert (found > 5) == (name == "2 left")


def test_blanks_promise_nothing() -> None:
    assert not prefilter_scores(index_features(BLANK), [index_features(each) for each in known_eyes().values()]).any()
    assert prefilter_scores(index_features(probe()), [index_features(BLANK)]).tolist() == [0.0]
    assert prefilter_scores(index_features(probe()), []).shape == (0,)


def test_order_does_not_change_what_is_found() -> None:
    features = [
        index_features(rolled(each, places)) for each in known_eyes().values() for places in range(0, PLACES, 16)
    ]
    whole = prefilter_scores(index_features(probe()), features)
    assert np.array_equal(prefilter_scores(index_features(probe()), features[::-1]), whole[::-1])
    assert np.array_equal([prefilter_scores(index_features(probe()), [each])[0] for each in features], whole)


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    eyes, path = gallery(), tmp_path / "eyes.gallery"
    eyes.save(path)
    again = Gallery.load(path)
    assert again.modality is Modality.IRIS
    assert list(again) == list(eyes)
    assert again.search(probe()) == eyes.search(probe())
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(TemplateError, match="not a gallery, or damaged"):
        Gallery.load(path)
