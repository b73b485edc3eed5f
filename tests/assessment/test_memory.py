"""Memory grows with the pixels of a picture and never with the square of what is found in it."""

import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="limits of memory are a thing of Unix")

PROGRAM = """
import resource, sys
import cv2, numpy as np
from biocapture.fingerprint.comparison.template import template_of
from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import assess
from biocapture.assessment.samples import at_working_resolution, sample_of
from biocapture.fingerprint import latent_residue

modality, height, width, ending, ppi = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4], sys.argv[5]
ppi = int(ppi) if ppi else None

def noise(height, width, channels):
    tile = np.random.default_rng(1).normal(size=(500, 700, channels)).astype(np.float32)
    tile = cv2.GaussianBlur(tile, (0, 0), 1.3).reshape(tile.shape)
    tile = (128 + 60 / tile.std() * tile).clip(0, 255).astype(np.uint8)
    return np.tile(tile, (height // 500 + 1, width // 700 + 1, 1))[:height, :width].squeeze()

def look(source):
    report = assess(source, modality, ppi=ppi)
    assert not report.error, report.error
    if modality != "fingerprint":
        return report.failure
    sample = at_working_resolution(sample_of(source, options_of(modality, ppi=ppi)))
    latent_residue(sample)
    assert len(template_of(sample)) <= 400
    return report.failure

def source_of(height, width):
    pixels = noise(height, width, 3 if modality == "face" else 1)
    if not ending:
        return pixels
    path = f"{sys.argv[6]}/{height}.{ending}"
    assert cv2.imwrite(path, pixels)
    return path

first, second = source_of(480, 640), source_of(height, width)
look(first)  # models, threads and modules are there from now on
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + 12 * height * width + 200_000_000,) * 2)
print(look(second))
"""
"""Memory beyond what the program holds already: 12 bytes a pixel and 200 MB, counted as address space."""

LARGEST = "fingerprint.not_one_finger"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(
    ("modality", "height", "width", "ending", "ppi", "failure"),
    [
        ("fingerprint", 1600, 1700, "", 500, "fingerprint.no_print"),  # the largest that is analysed, full of residues
        ("fingerprint", 2500, 900, "", 500, LARGEST),  # a palm
        ("fingerprint", 3000, 4000, "jpg", None, LARGEST),  # a phone's photo
        ("fingerprint", 1400, 2000, "png", 150, LARGEST),  # eleven times the pixels at 500 ppi
        ("fingerprint", 8000, 8000, "", 500, LARGEST),
        ("face", 3000, 4000, "jpg", None, "face.no_face"),
        ("face", 8000, 8000, "png", None, "face.no_face"),
        ("iris", 3000, 4000, "", None, "iris.no_eye"),
        ("iris", 8000, 8000, "png", None, "iris.no_eye"),
    ],
)
def test_a_whole_report_takes_memory_by_the_pixels(
    modality: str, height: int, width: int, ending: str, ppi: int | None, failure: str, tmp_path: Path
) -> None:
    arguments = [modality, str(height), str(width), ending, str(ppi or ""), str(tmp_path)]
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-700:]
    assert done.stdout.strip() == failure
