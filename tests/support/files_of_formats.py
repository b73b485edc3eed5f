"""A small file of every format that is read, for each of its endings."""

import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from tests.support.pictures import COLOUR, GREY, picture
from tests.support.transactions import first, print_14, tagged

from biocapture.images.formats import FORMATS
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.images.records.iso39794.writing import write_data_block
from biocapture.images.records.record_image import RecordImage
from biocapture.types import Modality, Position

HAS_HEIF = find_spec("pillow_heif") is not None
"""HEIC is an extra."""

ENDINGS = [(kind.name, ending) for kind in FORMATS for ending in kind.endings if kind.name != "HEIF" or HAS_HEIF]
ASCII = b"P2 80 96 255\n" + b"\n".join(b" ".join(b"%d" % value for value in row) for row in GREY.tolist())


def content(name: str, ending: str) -> bytes:
    """A grey print-like pattern (of a face: colours) in a format, as files of that ending hold it."""
    if name == "CBEFF":
        return write_bir(Bir(type=("Finger",), subtype=("Right", "IndexFinger"), block=content("ISO19794", ".fir")))
    if name in ("ISO19794", "ISO39794", "ANSI-NIST"):
        return _record(name, ending)
    if ending in (".pgm", ".pnm"):
        return ASCII if ending == ".pnm" else _saved(GREY, name)
    if ending == ".pbm":
        return _saved(GREY > 127, name)
    if ending in (".j2k", ".j2c"):
        return _saved(GREY, name, no_jp2=True)
    return _saved(COLOUR if ending == ".ppm" else GREY, name)


def write_all(folder: Path) -> list[Path]:
    """A file for each ending of each format."""
    paths = [folder / f"{name}{ending}" for name, ending in ENDINGS]
    for path, (name, ending) in zip(paths, ENDINGS, strict=True):
        path.write_bytes(content(name, ending))
    return paths


def _record(name: str, ending: str) -> bytes:
    if name == "ANSI-NIST":
        return first((14, 1)) + tagged(14, print_14("2", picture(GREY).data))
    if name == "ISO39794":
        return write_data_block([RecordImage(Modality.FINGERPRINT, Position.RIGHT_INDEX, picture(GREY), (500, 500))])
    if ending == ".fac":
        return write_face_record(FaceImageRecord(2011, (FaceImage(picture(COLOUR, "JPEG")),)))
    if ending == ".iir":
        return write_iris_record(IrisImageRecord(2011, (IrisImage(picture(GREY), eye=1),)))
    return write_finger_record(FingerImageRecord(2011, (FingerImage(picture(GREY), finger=2),)))


def _heif(pixels: np.ndarray) -> bytes:
    from pillow_heif import from_pillow

    buffer = io.BytesIO()
    from_pillow(Pillow.fromarray(pixels).convert("RGB")).save(buffer)
    return buffer.getvalue()


def _saved(pixels: np.ndarray, name: str, **options: object) -> bytes:
    if name == "HEIF":
        return _heif(pixels)
    import wsq  # noqa: F401  registers the format with Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, name, **options)
    return buffer.getvalue()
