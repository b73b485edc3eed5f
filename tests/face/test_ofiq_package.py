"""The user's OFIQ package: checked, kept, and asked. Stand-ins of the same formats answer what is prescribed."""

import hashlib
import zipfile
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from biocapture.assessment.modalities import DEFAULT_BACKEND, backends
from biocapture.assessment.options import options_of
from biocapture.errors import ModelError, UsageError
from biocapture.face import BACKENDS, describe, native
from biocapture.face.ofiq import package as ofiq_package
from biocapture.face.ofiq.backend import square_crop
from biocapture.face.ofiq.package import FILES, PackageFile
from biocapture.models import load
from biocapture.types import Image, Modality, Sample

SHAPE = (480, 400)
BOX = (100, 120, 200, 240)
"""Left, top, width and height that the stand-in detector answers."""


def constant(shape: tuple[int, ...], answer: np.ndarray, further: np.ndarray | None = None) -> bytes:
    """A network that answers the same for every picture, in its last output where there are two."""
    nodes = [helper.make_node("Constant", [], ["answer"], value=numpy_helper.from_array(answer.astype(np.float32)))]
    outputs = [helper.make_tensor_value_info("answer", TensorProto.FLOAT, answer.shape)]
    if further is not None:
        first = numpy_helper.from_array(further.astype(np.float32))
        nodes.insert(0, helper.make_node("Constant", [], ["first"], value=first))
        outputs.insert(0, helper.make_tensor_value_info("first", TensorProto.FLOAT, further.shape))
    given = [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, *shape))]
    graph = helper.make_graph(nodes, "stand-in", given, outputs)
    return onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


def forest(folder: Path) -> bytes:
    rng = np.random.default_rng(0)
    trees = cv2.ml.RTrees.create()
    trees.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, 50, 0))
    rows = rng.normal(size=(40, 26)).astype(np.float32)
    trees.train(rows, cv2.ml.ROW_SAMPLE, (rows[:, :1] > 0).astype(np.int32))
    trees.save(str(folder / "forest.xml.gz"))
    return (folder / "forest.xml.gz").read_bytes()


def boosted(folder: Path) -> bytes:
    rng = np.random.default_rng(0)
    trees = cv2.ml.Boost.create()
    trees.setWeakCount(5)
    rows = rng.normal(size=(40, 2688)).astype(np.float32)
    trees.train(rows, cv2.ml.ROW_SAMPLE, (rows[:, :1] > 0).astype(np.int32))
    trees.save(str(folder / "boost.yml.gz"))
    return (folder / "boost.yml.gz").read_bytes()


def landmark_answer() -> np.ndarray:
    """A face of the drawn kind within the square around the box."""
    from tests.support import faces

    points = faces.face(SHAPE, 80.0).landmarks
    side = max(BOX[2:])
    corner = np.array((BOX[0] - (side - BOX[2]) // 2, BOX[1] - (side - BOX[3]) // 2))
    return ((points - corner) / (side / 256) / 255 * 2 - 1).reshape(1, 98, 2)


def contents(folder: Path) -> dict[str, bytes]:
    classes = np.zeros((1, 19, 400, 400))
    classes[:, 1, 100:] = 1
    seen = np.where(np.arange(224) < 160, 1.0, -1.0)[None, None, :, None] * np.ones((1, 1, 224, 224))
    onto = {
        "ofiq_landmarks": constant((3, 256, 256), landmark_answer(), np.zeros((1, 4))),
        "ofiq_pose": constant((3, 120, 120), np.zeros((1, 62))),
        "ofiq_parsing": constant((3, 400, 400), classes),
        "ofiq_occlusion": constant((3, 224, 224), seen, np.zeros((1, 2))),
        "ofiq_quality": constant((3, 112, 112), np.full((1, 1), 25.0)),
        "ofiq_expression_b0": constant((3, 224, 224), np.ones((1, 1280))),
        "ofiq_expression_b2": constant((3, 260, 260), np.ones((1, 1408))),
        "ofiq_compression": constant((3, 248, 248), np.full((1, 1), 0.5)),
        "ofiq_sharpness": forest(folder),
        "ofiq_expression": boosted(folder),
        "ofiq_detector": b"weights",
        "ofiq_detector_layout": b"layout",
    }
    return {item.path: onto[item.name] for item in FILES}


def packed(path: Path, files: dict[str, bytes]) -> tuple[PackageFile, ...]:
    """Write a package and say what it must hold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(f"models/somewhere/{name}", data)
    digests = {name: hashlib.sha256(data).hexdigest()[:16] for name, data in files.items()}
    return tuple(PackageFile(i.name, i.path, len(files[i.path]), digests[i.path], i.task) for i in FILES)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, tuple[PackageFile, ...]]:
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path / "kept"))
    load.cache_clear()
    path = tmp_path / "OFIQ-MODELS.zip"
    return path, packed(path, contents(tmp_path))


class StandInDetector:
    """Answers one face and one that touches the border of the padded picture."""

    def setInput(self, blob: np.ndarray) -> None:  # noqa: N802  OpenCV's name
        assert blob.shape == (1, 3, 300, 300)

    def forward(self) -> np.ndarray:
        height, width = SHAPE
        pad = int(0.2 * width), int(0.2 * height)
        whole = width + 2 * pad[0], height + 2 * pad[1]
        left, top = (BOX[0] + pad[0]) / whole[0], (BOX[1] + pad[1]) / whole[1]
        face = (0, 1, 0.9, left, top, left + BOX[2] / whole[0], top + BOX[3] / whole[1])
        unsure, beyond = (0, 1, 0.3, 0.1, 0.1, 0.9, 0.9), (0, 1, 0.9, -0.1, 0.1, 0.9, 0.9)
        return np.array([unsure, beyond, face], np.float32)[None, None]


def test_a_package_gives_ofiqs_measures(package: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    path, files = package
    assert {card.name for card in ofiq_package.add(path, files)} == {item.name for item in FILES}
    monkeypatch.setattr("biocapture.face.ofiq.backend._detector", StandInDetector)
    pixels = np.random.default_rng(3).integers(60, 200, (*SHAPE, 3)).astype(np.uint8)
    batch = describe(Sample(Image(pixels), Modality.FACE), "ofiq")
    assert batch.failure == (None,)
    assert batch.notes == (("face.inputs_ofiq",),)
    answers = {name: float(column[0]) for name, column in native(batch).items()}
    assert answers["ofiq.InterEyeDistance"] == pytest.approx(
        80 / np.cos(np.radians(answers["ofiq.HeadPoseYaw"])), abs=1
    )
    assert answers["ofiq.SingleFacePresent"] == 0.0
    assert answers["ofiq.CompressionArtifacts"] == 0.5
    assert answers["ofiq.UnifiedQualityScore"] == 25.0
    assert answers["ofiq.UnifiedQualityScore.scalar"] == 68.0
    assert 0 <= answers["ofiq.Sharpness"] <= 50
    assert 0 < answers["ofiq.FaceOcclusionPrevention"] < 1
    assert not [name for name, value in answers.items() if np.isnan(value)]


def test_pose_is_that_of_the_mean_camera(package: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network answers 0: what is left is the mean of 3DDFA-V2, a head that looks nearly straight."""
    path, files = package
    ofiq_package.add(path, files)
    monkeypatch.setattr("biocapture.face.ofiq.backend._detector", StandInDetector)
    batch = describe(Sample(Image(np.zeros((*SHAPE, 3), np.uint8)), Modality.FACE), "ofiq")
    assert [abs(float(c[0])) < 6 for c in (batch.pitch_deg, batch.yaw_deg, batch.roll_deg)] == [True] * 3


def test_what_is_altered_missing_or_no_package_is_refused_and_nothing_kept(package: tuple, tmp_path: Path) -> None:
    path, files = package
    swapped = (files[0]._replace(sha256="0" * 16), *files[1:])
    longer = (files[0]._replace(size=files[0].size + 1), *files[1:])
    absent = (*files, PackageFile("ofiq_more", "more.onnx", 3, "", ""))
    plain = tmp_path / "plain.zip"
    plain.write_bytes(b"PK, but no package")
    for given, wanted, says in (
        (path, swapped, "sha256 is .*, expected 0000"),
        (path, longer, "has 7 bytes, expected 8"),
        (path, absent, "0 files named more.onnx"),
        (plain, files, "cannot be read as a zip file"),
        (tmp_path / "none.zip", files, "cannot be read as a zip file"),
        (path, FILES, "expected 10666211"),
    ):
        with pytest.raises(ModelError, match=says):
            ofiq_package.add(given, wanted)
    assert not list((tmp_path / "kept").glob("*"))


def test_without_the_package_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path))
    from biocapture.face.ofiq.backend import _detector

    _detector.cache_clear()
    with pytest.raises(ModelError, match="ofiq_detector_layout"):
        describe(Sample(Image(np.zeros((64, 64, 3), np.uint8)), Modality.FACE), "ofiq")


@pytest.mark.parametrize(("left", "top", "side"), [(-5, -7, 20), (50, 40, 30), (-100, 3, 20), (10, 10, 500)])
def test_a_square_beyond_the_picture_is_black(left: int, top: int, side: int) -> None:
    pixels = np.full((60, 70, 3), 9, np.uint8)
    wide = cv2.copyMakeBorder(pixels, 600, 600, 600, 600, cv2.BORDER_CONSTANT)
    np.testing.assert_array_equal(
        square_crop(pixels, left, top, side), wide[600 + top : 600 + top + side, 600 + left : 600 + left + side]
    )


def test_the_face_package_alone_names_its_backends() -> None:
    assert backends() == backends(Modality.FACE) == tuple(BACKENDS)
    assert DEFAULT_BACKEND in BACKENDS
    assert backends(Modality.FINGERPRINT, Modality.IRIS) == ()
    for name in BACKENDS:
        assert options_of("face", backend=name).backend == name
    with pytest.raises(UsageError, match=f"no such backend; there are: {', '.join(BACKENDS)}"):
        options_of("face", backend="nobody")
