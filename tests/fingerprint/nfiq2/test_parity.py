"""Native values against those NIST's NFIQ 2.3 prints for its example images, to all of the 6 digits it prints."""

from pathlib import Path

import pytest

import biocapture as bc

ROOT = Path(__file__).parents[3]
IMAGES = ROOT.parent / "shared" / "reference" / "fingerprint" / "images"
NAMES = [f"SFinGe_Test0{number}" for number in range(1, 6)]

OURS = {
    "FingerprintImageWithMinutiae",
    "FingerJetFX_MinCount_COMMinRect200x200",
    "FingerJetFX_MinutiaeCount",
    "FJFXPos_Mu_MinutiaeQuality_2",
    "FJFXPos_OCL_MinutiaeQuality_80",
}
"""From our own extractor, hence not NFIQ 2's numbers."""

pytestmark = pytest.mark.skipif(not IMAGES.is_dir(), reason=f"NIST's example images are not at {IMAGES}")


def printed(name: str) -> dict[str, str]:
    lines = (IMAGES / f"{name}_nfiq2.txt").read_text(encoding="ascii").splitlines()
    return dict(line.split(": ") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_native_values_are_nfiq2s(name: str) -> None:
    native = bc.assess(IMAGES / f"{name}.pgm", "fingerprint", native=True).native
    expected = {key: text for key, text in printed(name).items() if key not in OURS | {"UnifiedQualityScore"}}
    assert len(expected) == 68
    assert {key: f"{native[f'nfiq2.{key}']:.6g}" for key in expected} == expected
