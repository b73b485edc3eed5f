"""Memory grows with the pixels of a picture and never with the square of what is found in it."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="limits of memory are a thing of Unix")

PROGRAM = """
import resource, sys
import cv2, numpy as np
from biocapture.fingerprint.comparison.template import template_of
from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import assess
from biocapture.assessment.samples import sample_of

def noise(height, width):
    grain = cv2.GaussianBlur(np.random.default_rng(1).normal(size=(height, width)).astype(np.float32), (0, 0), 1.3)
    return (128 + 60 / grain.std() * grain).clip(0, 255).astype(np.uint8)

def look(pixels):
    report = assess(pixels, "fingerprint", ppi=500)
    assert not report.error, report.error
    return len(template_of(sample_of(pixels, options_of("fingerprint", ppi=500))))

look(noise(400, 400))  # models, threads and modules are there from now on
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + int(sys.argv[3]),) * 2)
print(look(noise(int(sys.argv[1]), int(sys.argv[2]))))
"""

BYTES_PER_PIXEL, BESIDE = 80, 200_000_000
"""Of a whole report and a template of noise, in address space; with a square of its 30,000 residues it was 780."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(("height", "width"), [(2500, 900), (2500, 1500)])
def test_a_picture_full_of_residues_takes_memory_by_its_pixels(height: int, width: int) -> None:
    limit = BYTES_PER_PIXEL * height * width + BESIDE
    command = [sys.executable, "-c", PROGRAM, str(height), str(width), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) <= 400
