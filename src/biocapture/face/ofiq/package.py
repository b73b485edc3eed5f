"""The user's own copy of OFIQ's model package: which files it has, checked and kept as models of the user.

File names, sizes and the first 16 digits of each SHA-256 as published with OFIQ 1.1 (BSI); the package is on the
pages of ISO and eu-LISA. Nothing of it is shipped.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NamedTuple

from biocapture.errors import ModelError
from biocapture.models import Card, user_directory, write_card

CHUNK_BYTES = 1 << 20


class PackageFile(NamedTuple):
    """One file of the package.

    Attributes
    ----------
    name : str
        Of the model it becomes.
    path : str
        How its path in the package ends.
    size : int
        Bytes.
    sha256 : str
        The digits known; empty where none are published.
    task : str
    """

    name: str
    path: str
    size: int
    sha256: str
    task: str


FILES = (
    PackageFile("ofiq_detector", "ssd_facedetect.caffemodel", 10_666_211, "2a56a11a57a4a295", "face boxes"),
    PackageFile("ofiq_detector_layout", "ssd_facedetect.prototxt.txt", 29_881, "", "layout of the detector"),
    PackageFile("ofiq_landmarks", "ADNet.onnx", 54_747_293, "5aed3eb5b6ecd350", "98 landmarks"),
    PackageFile("ofiq_pose", "mb1_120x120.onnx", 13_046_240, "efeb77517d067c19", "head pose"),
    PackageFile("ofiq_parsing", "bisenet_400.onnx", 53_193_813, "750ae55d5c440074", "parts of the head"),
    PackageFile(
        "ofiq_occlusion", "face_occlusion_segmentation_ort.onnx", 57_307_779, "e847464bd8c0c596", "visible face"
    ),
    PackageFile("ofiq_quality", "magface_iresnet50_norm.onnx", 174_394_035, "bc03f082a59ccb31", "unified quality"),
    PackageFile(
        "ofiq_expression_b0", "enet_b0_8_best_vgaf_embed_zeroed.onnx", 16_052_940, "467e6c31152cd6db", "expression"
    ),
    PackageFile("ofiq_expression_b2", "enet_b2_8_embed_zeroed.onnx", 30_800_917, "9a62be277daf63e5", "expression"),
    PackageFile(
        "ofiq_expression", "hse_1_2_C_adaboost.yml.gz", 19_368_922, "6555645c47dd2d3f", "expression neutrality"
    ),
    PackageFile("ofiq_compression", "ssim_248_model.onnx", 23_382_575, "001fe8e73803a3ff", "compression artefacts"),
    PackageFile("ofiq_sharpness", "face_sharpness_rtree.xml.gz", 507_331, "0d7decdad2b635e4", "sharpness"),
)
"""Everything that the measures use."""


def add(file: Path, files: Iterable[PackageFile] = FILES) -> tuple[Card, ...]:
    """Check every file of OFIQ's model package and keep copies in the user's model directory.

    Nothing is kept when one is missing or differs.

    Parameters
    ----------
    file : Path
        The package, a zip file.
    files : iterable of PackageFile
        Files expected in it.

    Returns
    -------
    tuple of Card
        Of the models kept, in the order of ``files``.

    Raises
    ------
    ModelError
        Not a zip file, a file missing, of another size or with another digest.
    """
    expected = tuple(files)
    try:
        with zipfile.ZipFile(file) as package:
            members = {item: _member(package, item, file) for item in expected}
            digests = {item: _digest(package, members[item], item) for item in expected}
            return tuple(_keep(package, members[item], item, digests[item]) for item in expected)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"cannot be read as a zip file: {error}", str(file)) from error


def _member(package: zipfile.ZipFile, item: PackageFile, file: Path) -> zipfile.ZipInfo:
    ending = f"/{item.path}"
    matches = [info for info in package.infolist() if f"/{info.filename}".endswith(ending) and not info.is_dir()]
    if len(matches) != 1:
        raise ModelError(f"{len(matches)} files named {item.path}, expected one", str(file))
    if matches[0].file_size != item.size:
        raise ModelError(f"{item.path} has {matches[0].file_size} bytes, expected {item.size}", str(file))
    return matches[0]


def _digest(package: zipfile.ZipFile, member: zipfile.ZipInfo, item: PackageFile) -> str:
    digest, left = hashlib.sha256(), item.size
    with package.open(member) as source:
        while left > 0 and (piece := source.read(min(CHUNK_BYTES, left))):
            digest.update(piece)
            left -= len(piece)
    actual = digest.hexdigest()
    if left or not actual.startswith(item.sha256):
        raise ModelError(f"{item.path}: sha256 is {actual}, expected {item.sha256}…", str(package.filename))
    return actual


def _keep(package: zipfile.ZipFile, member: zipfile.ZipInfo, item: PackageFile, digest: str) -> Card:
    folder = user_directory() / item.name
    folder.mkdir(parents=True, exist_ok=True)
    # under its own ending: OpenCV goes by it
    copied = folder / item.path
    part = copied.with_name(copied.name + ".part")
    with package.open(member) as source, part.open("wb") as target:
        _copy(source, target)
    part.replace(copied)
    facts = {
        "name": item.name,
        "file": copied.name,
        "sha256": digest,
        "task": f"OFIQ: {item.task}",
        "licence": "see the licence files of the package",
        "data": "see the package",
        "metrics": {},
    }
    return write_card(item.name, facts)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    shutil.copyfileobj(source, target, CHUNK_BYTES)
