"""Decoding, the whole image, and the small things around it."""

from collections.abc import Iterator
from functools import partial

from benchmarks.case import Case, Work, name_of, over
from benchmarks.images import Setting, encoded, sample_prints, written
from biocapture.decode import decode, to_500_ppi
from biocapture.guess import guess_modality
from biocapture.measure import evaluate
from biocapture.modality import measures
from biocapture.pipeline import assess, options, reports
from biocapture.profile import load_profile
from biocapture.types import Image, Modality
from biocapture.workers import CHUNK

FORMATS = {
    "png": "PNG",
    "jpeg": "JPEG",
    "bmp": "BMP",
    "tiff": "TIFF",
    "pgm": "PPM",
    "jp2": "JPEG2000",
    "wsq": "WSQ",
}
"""Our name of the format → Pillow's."""

FINGERPRINT = Modality.FINGERPRINT


def cases(sets: tuple[str, ...]) -> Iterator[Case]:
    """Cases about whole images."""
    for name, kind in FORMATS.items():
        yield Case(name_of(decode, name), partial(_decode, format=kind))
    yield Case(name_of(to_500_ppi, "1000"), _resample)
    yield Case(name_of(guess_modality), _guess)
    yield Case(name_of(load_profile), _profile)
    yield Case("report.Report.row", _row)
    yield Case(name_of(evaluate, images="1"), _evaluate)
    for images in sets:
        yield Case(name_of(reports, images=images), partial(_reports, images=images, native=False))
        yield Case(name_of(reports, "native", images), partial(_reports, images=images, native=True))
        for suffix in ("pgm", "png"):
            yield Case(name_of(assess, suffix, images), partial(_assess, images=images, suffix=suffix))
    yield Case(name_of(reports, f"chunk of {CHUNK}", "sample"), _chunk)


def _decode(setting: Setting, format: str) -> Work:
    data = encoded(sample_prints()[0].image.pixels, format)
    return Work(lambda: decode(data, modality=FINGERPRINT))


def _resample(setting: Setting) -> Work:
    image = Image(sample_prints()[0].image.pixels, 1000.0)
    return Work(lambda: to_500_ppi(image))


def _guess(setting: Setting) -> Work:
    image = sample_prints()[0].image
    return Work(lambda: guess_modality(image))


def _profile(setting: Setting) -> Work:
    known = measures()
    return Work(lambda: load_profile("default", known))


def _row(setting: Setting) -> Work:
    report = reports(sample_prints()[:1], options("fingerprint", native=True))[0]
    return Work(report.row)


def _evaluate(setting: Setting) -> Work:
    from benchmarks.batches import described

    batch = described(FINGERPRINT)[0]
    every = tuple(measures(FINGERPRINT).values())
    return Work(lambda: evaluate(every, batch, 1))


def _reports(setting: Setting, images: str, native: bool) -> Work:
    samples = setting.prints(images)
    wanted = options("fingerprint", native=native)
    return over(reports, [([sample], wanted) for sample in samples])


def _chunk(setting: Setting) -> Work:
    samples = (sample_prints() * CHUNK)[:CHUNK]
    wanted = options("fingerprint")
    return Work(lambda: reports(samples, wanted), CHUNK)


def _assess(setting: Setting, images: str, suffix: str) -> Work:
    paths = written(setting.folder / f"{images}_{suffix}", setting.prints(images), suffix)
    return over(assess, [(path, "fingerprint") for path in paths])
