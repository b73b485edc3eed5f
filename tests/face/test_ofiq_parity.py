"""Every measure against what OFIQ answers for prescribed inputs (tests/vectors/face/README.md)."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from biocapture.face import measures_from
from biocapture.face.features.sharpness import sharpness_features
from biocapture.face.landmarks import to_pixels
from biocapture.face.ofiq.native import OFIQ_CURVES, OFIQ_MEASURES

VECTORS = Path(__file__).parents[1] / "vectors" / "face"
CASES: dict[int, dict[str, Any]] = {
    case["id"]: case["expected"] for case in json.loads((VECTORS / "vectors.json").read_text(encoding="utf8"))["cases"]
}
EVERY = pytest.mark.parametrize("case", CASES)

POSE_ERROR_DEG = 4e-6
"""The prescribed pose went through single precision."""


def picture(case: int) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(VECTORS / f"{case:02d}.png")), cv2.COLOR_BGR2RGB)


def prescribed(case: int) -> dict[str, Any]:
    with np.load(VECTORS / f"{case:02d}.npz") as given:
        return {
            "landmarks": given["landmarks"],
            "boxes": given["boxes"],
            "pose": given["pose_pitch_yaw_roll"],
            "parsing": given["parsing"],
            "occlusion": given["occlusion224"],
        }


@EVERY
def test_answers_are_ofiqs(case: int) -> None:
    answers = measures_from(picture(case), **prescribed(case))
    assert set(CASES[case]) == set(OFIQ_MEASURES)
    for name, expected in CASES[case].items():
        if expected is None:
            assert answers[name] is None, name
            continue
        raw, scalar = answers[name]
        absolute = POSE_ERROR_DEG if name.startswith("HeadPose") else 0.0
        assert raw == pytest.approx(expected[0], rel=1e-6, abs=absolute), name
        assert scalar == expected[1], name


@pytest.mark.parametrize("case", [case for case in CASES if case < 20])
def test_sharpness_features_are_ofiqs_bit_for_bit(case: int) -> None:
    with np.load(VECTORS / f"{case:02d}.npz") as given:
        expected = given["sharpness_features"][0]
        assert (
            sharpness_features(picture(case), to_pixels(given["landmarks"].astype(np.float64))).tolist()
            == expected.tolist()
        )


def test_cases_include_what_cannot_be_assessed() -> None:
    missing = {name for expected in CASES.values() for name, answer in expected.items() if answer is None}
    assert missing == {"BackgroundUniformity", "UnderExposurePrevention", "OverExposurePrevention"}


def test_answers_of_supplied_models_are_mapped() -> None:
    """Closed forms of the four mappings at their centres and far from them."""
    blank = np.zeros((9, 9, 3), np.uint8)
    centre = {
        "Sharpness": -20,
        "CompressionArtifacts": 0.3308,
        "ExpressionNeutrality": -5000,
        "UnifiedQualityScore": 23,
    }
    at = measures_from(blank, landmarks=None, outputs=centre)
    assert {name: at[name][1] for name in OFIQ_CURVES} == {
        "Sharpness": 44.0,  # -14 + 115 / 2
        "CompressionArtifacts": 51.0,
        "ExpressionNeutrality": 50.0,
        "UnifiedQualityScore": 50.0,
    }
    far = measures_from(blank, landmarks=None, outputs=dict.fromkeys(OFIQ_CURVES, 1e9))
    assert {far[name][1] for name in OFIQ_CURVES} == {100.0}
    assert {measures_from(blank, landmarks=None)[name] for name in OFIQ_CURVES} == {None}
