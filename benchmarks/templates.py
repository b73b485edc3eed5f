"""Templates: made, stored, compared, searched."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import cycle, islice

from benchmarks.case import Case, Work, name_of, over
from benchmarks.images import Setting, captures
from biocapture.fingerprint.comparison import compare
from biocapture.fingerprint.exchange import from_record, to_record
from biocapture.fingerprint.ranking import promise, sketch
from biocapture.fingerprint.singular import singular_points
from biocapture.fingerprint.structure import structure_of
from biocapture.fingerprint.template import Template, template_of
from biocapture.gallery import Gallery
from biocapture.types import Modality

DISTINCT = 40
"""All sample prints: four impressions of each of ten fingers, in that order."""

SAME, OTHER = (0, 1), (0, 4)
"""The first two impressions of one finger; the first of two fingers."""


@cache
def templates(count: int = DISTINCT) -> tuple[Template, ...]:
    """Of the sample prints."""
    return tuple(template_of(sample) for sample in captures(Modality.FINGERPRINT, count))


def cases(sets: tuple[str, ...]) -> Iterator[Case]:
    """Cases about templates."""
    for images in sets:
        yield Case(name_of(template_of, images=images), partial(_made, images=images))
    yield Case("fingerprint.template.Template.to_bytes", lambda setting: Work(templates(1)[0].to_bytes))
    yield Case("fingerprint.template.Template.from_bytes", _read)
    yield Case(name_of(structure_of), lambda setting: Work(partial(structure_of, templates(1)[0])))
    for variant, pair in (("same finger", SAME), ("other finger", OTHER)):
        for kind, ready in (("templates", _as_it_is), ("structures", structure_of)):
            prepare = partial(_compared, pair=pair, ready=ready)
            yield Case(name_of(compare, f"{variant}, {kind}"), prepare)
    yield Case(name_of(singular_points), lambda setting: Work(partial(singular_points, templates(1)[0])))
    yield Case(name_of(to_record), lambda setting: Work(partial(to_record, templates(1)[0], 2011)))
    yield Case(name_of(from_record), lambda setting: Work(partial(from_record, to_record(templates(1)[0], 2011))))
    yield Case(name_of(sketch), lambda setting: Work(partial(sketch, templates(1)[0])))
    yield Case(name_of(promise), _ranked)
    yield Case("gallery.Gallery.search", _searched)


def _made(setting: Setting, images: str) -> Work:
    return over(template_of, [(sample,) for sample in setting.prints(images)])


def _read(setting: Setting) -> Work:
    return Work(partial(Template.from_bytes, templates(1)[0].to_bytes()))


def _as_it_is(template: Template) -> Template:
    return template


def _compared(setting: Setting, pair: tuple[int, int], ready: Callable[[Template], object]) -> Work:
    one, other = (ready(templates(max(pair) + 1)[i]) for i in pair)
    return Work(lambda: compare(one, other))  # type: ignore[arg-type]


def _ranked(setting: Setting) -> Work:
    """Per template of a gallery."""
    known = [sketch(each) for each in templates(min(DISTINCT, setting.gallery))]
    return Work(partial(promise, known[0], known), len(known))


def _searched(setting: Setting) -> Work:
    """Per search in a gallery of ``setting.gallery`` templates, most of them copies."""
    known = templates(min(DISTINCT, setting.gallery))
    gallery = Gallery((str(i), each) for i, each in enumerate(islice(cycle(known), setting.gallery)))
    return Work(partial(gallery.search, known[0]))
