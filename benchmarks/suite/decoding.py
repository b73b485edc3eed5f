"""Decoding: every format of a print, biometric records, resolution, guessing."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from benchmarks.suite.case import Case, Work, name_of
from benchmarks.suite.images import Setting, encoded, sample_eyes, sample_face, sample_prints
from biocapture.assessment.guess import guess_modality
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.decode import decode
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.images.resample import to_500_ppi
from biocapture.types import Image, Modality, Sample

FORMATS = {
    "png": "PNG",
    "jpeg": "JPEG",
    "bmp": "BMP",
    "tiff": "TIFF",
    "webp": "WEBP",
    "pgm": "PPM",
    "jp2": "JPEG2000",
    "wsq": "WSQ",
}
"""Our name of the format → Pillow's."""


def cases() -> Iterator[Case]:
    """Cases about reading captures."""
    for name, kind in FORMATS.items():
        yield Case(name_of(decode, name), partial(_decode, format=kind))
    yield Case(name_of(decode, "jpeg face"), _portrait)
    for name in RECORDS:
        yield Case(name_of(decode, name), partial(_record, name=name))
    yield Case(name_of(to_500_ppi, "1000"), _resample)
    for modality in Modality:
        yield Case(name_of(guess_modality, images=modality), partial(_guess, modality=modality))


def _decode(setting: Setting, format: str) -> Work:
    data = encoded(sample_prints()[0].image.pixels, format)
    return Work(lambda: decode(data, modality=Modality.FINGERPRINT), elsewhere=format == "WSQ")


def _portrait(setting: Setting) -> Work:
    data = encoded(sample_face().image.pixels, "JPEG")
    return Work(lambda: decode(data, modality=Modality.FACE))


def _picture(sample: Sample, format: str = "", encoding: Encoding = Encoding.RAW) -> StoredPicture:
    pixels = sample.image.pixels
    data = encoded(pixels, format) if format else pixels.tobytes()
    return StoredPicture(encoding, data, pixels.shape[1], pixels.shape[0], channels=3 if pixels.ndim == 3 else 1)


def _finger() -> bytes:
    return write_finger_record(FingerImageRecord(2011, (FingerImage(_picture(sample_prints()[0])),)))


def _face() -> bytes:
    picture = _picture(sample_face(), "JPEG", Encoding.JPEG)
    return write_face_record(FaceImageRecord(2011, (FaceImage(picture),)))


def _iris() -> bytes:
    return write_iris_record(IrisImageRecord(2011, (IrisImage(_picture(sample_eyes()[0]), eye=1),)))


def _enveloped() -> bytes:
    return write_bir(Bir(block=_finger(), type=("Finger",)))


RECORDS: Mapping[str, tuple[Callable[[], bytes], Modality]] = {
    "iso19794-4 raw": (_finger, Modality.FINGERPRINT),
    "iso19794-5 jpeg": (_face, Modality.FACE),
    "iso19794-6 raw": (_iris, Modality.IRIS),
    "cbeff": (_enveloped, Modality.FINGERPRINT),
}


def _record(setting: Setting, name: str) -> Work:
    made, modality = RECORDS[name]
    data = made()
    return Work(lambda: decode(data, modality=modality))


def _resample(setting: Setting) -> Work:
    image = Image(sample_prints()[0].image.pixels, 1000.0)
    return Work(lambda: to_500_ppi(image))


def _guess(setting: Setting, modality: Modality) -> Work:
    image = setting.samples(modality)[0].image
    return Work(lambda: guess_modality(image))
