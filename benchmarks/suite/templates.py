"""Templates of every modality that has a matcher: extracted, stored, prepared, compared, prefiltered, searched."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import cycle, islice
from typing import Any

from benchmarks.suite.case import Case, Work, name_of, over
from benchmarks.suite.images import Setting, captures
from biocapture.assessment.modalities import AVAILABLE
from biocapture.comparison.gallery import Gallery
from biocapture.comparison.protocol import ManyAtOnce, Prefilter, matcher_for
from biocapture.comparison.search_index import Indexed
from biocapture.errors import UsageError
from biocapture.fingerprint.comparison.records import from_record, to_record
from biocapture.fingerprint.comparison.singular_points import singular_points
from biocapture.fingerprint.features.latent_residue import latent_residue
from biocapture.types import Modality

DISTINCT = 40
"""Different templates of a gallery; the others are copies."""

MANY = 200
"""References that are compared with one probe at once."""

INDEX_CANDIDATES = 3
"""References that an index hands on: fewer than the smallest gallery holds, so that all its steps are taken."""

SAME, OTHER = (0, 1), (0, 4)
"""Two captures of one finger or eye; of two (the samples are sorted, four of each finger, two or more of each eye)."""

PRINT = Modality.FINGERPRINT


@cache
def templates(modality: Modality, count: int) -> tuple[Any, ...]:
    """Of the first sample captures."""
    return tuple(matcher_for(modality).template_of(sample) for sample in captures(modality, count))


def with_matcher() -> list[Modality]:
    """Modalities that can be compared."""
    found = []
    for modality in AVAILABLE:
        try:
            matcher_for(modality)
        except UsageError:
            continue
        found.append(modality)
    return found


def cases() -> Iterator[Case]:
    """Cases about templates."""
    for modality in with_matcher():
        part = matcher_for(modality)
        for name, prepare in _steps(modality).items():
            yield Case(f"{modality}.{name}", prepare)
        for variant, pair in (("same", SAME), ("other", OTHER)):
            for kind, ready in (("templates", _as_it_is), ("prepared", part.prepare)):
                prepare = partial(_compared, modality=modality, pair=pair, ready=ready)
                yield Case(f"{modality}.compare[{variant}, {kind}]", prepare)
        if isinstance(part, Prefilter):
            yield Case(f"{modality}.prefilter_scores", partial(_ranked, modality=modality))
        if isinstance(part, ManyAtOnce):
            yield Case(f"{modality}.scores_of_many", partial(_compared_with_many, modality=modality))
        if isinstance(part, Indexed):
            yield Case(f"{modality}.Index", partial(_indexed, modality=modality), short=False)
            yield Case(f"{modality}.Index.candidates", partial(_candidates, modality=modality), short=False)
        yield Case(f"gallery.Gallery.search[{modality}]", partial(_searched, modality=modality), slow=True)
    yield Case(name_of(singular_points), lambda setting: Work(partial(singular_points, templates(PRINT, 1)[0])))
    yield Case(name_of(to_record), lambda setting: Work(partial(to_record, templates(PRINT, 1)[0], 2011)))
    yield Case(
        name_of(from_record), lambda setting: Work(partial(from_record, to_record(templates(PRINT, 1)[0], 2011)))
    )
    yield Case(name_of(latent_residue), _residue)


def _steps(modality: Modality) -> dict[str, Callable[[Setting], Work]]:
    part = matcher_for(modality)
    steps: dict[str, Callable[[Setting], Work]] = {
        "template_of": lambda setting: over(part.template_of, [(sample,) for sample in setting.samples(modality)]),
        "to_bytes": lambda setting: Work(templates(modality, 1)[0].to_bytes),
        "from_bytes": lambda setting: Work(partial(part.Template.from_bytes, templates(modality, 1)[0].to_bytes())),
        "prepare": lambda setting: Work(partial(part.prepare, templates(modality, 1)[0])),
    }
    if isinstance(part, Prefilter):
        steps["index_features"] = lambda setting: Work(partial(part.index_features, templates(modality, 1)[0]))
    return steps


def _as_it_is(template: Any) -> Any:
    return template


def _compared(setting: Setting, modality: Modality, pair: tuple[int, int], ready: Callable[[Any], Any]) -> Work:
    one, other = (ready(templates(modality, max(OTHER) + 1)[i]) for i in pair)
    return Work(partial(matcher_for(modality).compare, one, other))


def _compared_with_many(setting: Setting, modality: Modality) -> Work:
    """Per reference, of as many as a search in 10,000 compares in full."""
    part = matcher_for(modality)
    assert isinstance(part, ManyAtOnce)
    known = templates(modality, max(OTHER) + 1)
    return Work(partial(part.scores_of_many, part.prepare(known[0]), list(islice(cycle(known), MANY))), MANY)


def _known(setting: Setting, modality: Modality) -> tuple[Any, ...]:
    return templates(modality, max(OTHER) + 1) if setting.gallery < 1000 else templates(modality, DISTINCT)


def _features(setting: Setting, modality: Modality) -> list[Any]:
    part = matcher_for(modality)
    assert isinstance(part, Prefilter)
    return list(islice(cycle([part.index_features(each) for each in _known(setting, modality)]), setting.gallery))


def _indexed(setting: Setting, modality: Modality) -> Work:
    """Per reference."""
    part, features = matcher_for(modality), _features(setting, modality)
    assert isinstance(part, Indexed)
    return Work(partial(part.Index, features), len(features))


def _candidates(setting: Setting, modality: Modality) -> Work:
    """Per search in an index of ``setting.gallery`` references."""
    part, features = matcher_for(modality), _features(setting, modality)
    assert isinstance(part, Indexed)
    return Work(partial(part.Index(features).candidates, features[0], INDEX_CANDIDATES))


def _ranked(setting: Setting, modality: Modality) -> Work:
    """Per reference that is scored."""
    part, features = matcher_for(modality), _features(setting, modality)
    assert isinstance(part, Prefilter)
    return Work(partial(part.prefilter_scores, features[0], features), len(features))


def _searched(setting: Setting, modality: Modality) -> Work:
    """Per search in a gallery of ``setting.gallery`` templates, most of them copies."""
    known = _known(setting, modality)
    named = ((str(i), each) for i, each in enumerate(islice(cycle(known), setting.gallery)))
    gallery = Gallery(named, modality)
    return Work(partial(gallery.search, known[0]))


def _residue(setting: Setting) -> Work:
    return over(latent_residue, [(sample,) for sample in setting.prints()])
