"""Several fingers at once: finding them, and the whole with a report for each."""

from collections.abc import Iterator

from benchmarks.suite.case import Case, Work, name_of
from benchmarks.suite.images import Setting
from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import NamedSource, assess_chunk
from biocapture.fingerprint.slap.crop import finger_image
from biocapture.fingerprint.slap.segment import segment
from biocapture.synthetic.hand.slap import Conditions, ridge_pool, slap
from biocapture.types import FingerGroup, Image, Modality, PpiSource, Sample

RIGHT = FingerGroup.RIGHT_SLAP.fingers


def cases() -> Iterator[Case]:
    """Cases about a slap of 1500 × 1600 px with second phalanges."""
    yield Case(name_of(segment, "slap"), _segment)
    yield Case(name_of(finger_image, "slap"), _crop)
    yield Case(name_of(assess_chunk, "slap of four fingers"), _assess)


def drawn() -> Image:
    """A slap of two synthetic patterns."""
    conditions = Conditions(seconds=1.0, tilt_deg=8.0, spread=-0.5)
    return Image(slap(3, conditions, ridge_pool(900, 2)).pixels, 500.0, PpiSource.GIVEN)


def _segment(setting: Setting) -> Work:
    image = drawn()
    return Work(lambda: segment(image, RIGHT))


def _crop(setting: Setting) -> Work:
    image = drawn()
    boxes = [finger.box for finger in segment(image, RIGHT).fingers]
    return Work(lambda: [finger_image(image, boxes, number) for number in range(len(boxes))])


def _assess(setting: Setting) -> Work:
    options = options_of("fingerprint")
    source = NamedSource(Sample(drawn(), Modality.FINGERPRINT, fingers=RIGHT), options)
    return Work(lambda: assess_chunk([source]))
