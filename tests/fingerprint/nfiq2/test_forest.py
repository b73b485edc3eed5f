"""NIST's forest file is read as OpenCV writes it: a small forest of the same format stands in for it."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.prints import grown

import biocapture as bc
from biocapture import fingerprint, models
from biocapture.fingerprint.nfiq2 import forest
from biocapture.fingerprint.nfiq2.native import score_features
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, Sample

TREES = 21


@pytest.fixture
def small_forest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """21 trees that separate clean prints from dry ones, on the 69 features."""
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path / "models"))
    forest._forest.cache_clear()
    rows, labels = [], []
    for seed in range(6):
        for label, effects in ((1, Effects()), (0, Effects(dry=0.8, noise=20))):
            touch = impression(grown(seed), seed, effects, shape=(300, 260))
            batch = fingerprint.describe(Sample(Image(touch.pixels, 500.0), Modality.FINGERPRINT))
            rows.append([float(column[0]) for column in score_features(batch).values()])
            labels.append(label)
    trees = cv2.ml.RTrees.create()
    trees.setMinSampleCount(1)
    trees.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, TREES, 0.0))
    trees.train(np.nan_to_num(np.array(rows, np.float32)), cv2.ml.ROW_SAMPLE, np.array(labels, np.int32))
    path = tmp_path / "forest.yaml"
    trees.save(str(path))
    yield path
    forest._forest.cache_clear()


def test_score_is_the_share_of_votes(small_forest: Path) -> None:
    pixels = impression(grown(50), 1, shape=(300, 260)).pixels
    without = bc.assess(pixels, "fingerprint", native=True)
    assert np.isnan(without.native["nfiq2.score"])
    md5 = hashlib.md5(small_forest.read_bytes(), usedforsecurity=False).hexdigest()
    models.add("nfiq2", small_forest, md5=md5)
    good = bc.assess(pixels, "fingerprint", native=True).native["nfiq2.score"]
    dry = impression(grown(50), 1, Effects(dry=0.9, noise=20), shape=(300, 260)).pixels
    poor = bc.assess(dry, "fingerprint", native=True).native["nfiq2.score"]
    assert good > 60
    assert poor < 40
    possible = np.floor(100 * np.arange(TREES + 1) / TREES + 0.5)
    assert good in possible
    assert poor in possible


def test_a_file_that_is_no_forest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOCAPTURE_MODELS", str(tmp_path / "models"))
    forest._forest.cache_clear()
    path = tmp_path / "forest.yaml"
    path.write_bytes(b"%YAML:1.0\n---\nnothing: 1\n")
    models.add("nfiq2", path, md5=hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())
    pixels = impression(grown(50), 1, shape=(300, 260)).pixels
    with pytest.raises(models.ModelError, match=r"RTrees|OpenCV"):
        bc.assess(pixels, "fingerprint", native=True)
    forest._forest.cache_clear()
