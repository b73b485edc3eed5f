"""Raw value and score of every measure of every sample capture, against the tables in ``golden``.

A table is never written by a test: after a change that is meant, run ``python tests/golden/update.py``.
"""

import csv
import functools
import math
from typing import NamedTuple

import pytest
from tests.golden.update import TABLES, header, measured, sample_paths

from biocapture.assessment.modalities import measures
from biocapture.measure import Score
from biocapture.types import Modality


class Tolerance(NamedTuple):
    """Raw values may differ by ``relative`` of the value or by ``absolute``; scores by ``score`` points."""

    relative: float
    absolute: float
    score: float


EXACT = Tolerance(1e-6, 1e-9, 1e-4)
"""From whole numbers and float64: measured without SIMD on the same machine, nothing changes."""

SINGLE = Tolerance(1e-3, 1e-3, 0.1)
"""From float32 filters, whose sums may be ordered otherwise on another processor."""

CELLS = Tolerance(1e-3, 0.5, 0.5)
"""Three cells of 0.17 mm² may fall on the other side of a threshold."""

TOLERANCES = {
    "fingerprint.quality": Tolerance(0.0, 0.3, 0.3),
    "fingerprint.nfiq2_estimate": Tolerance(0.0, 0.5, 0.5),
    "fingerprint.print_likeness": SINGLE,
    "fingerprint.usable_ridge_area": CELLS,
    "fingerprint.centring": Tolerance(0.0, 0.01, 0.3),
    "fingerprint.dryness": SINGLE,
    "fingerprint.wetness": SINGLE,
    "fingerprint.ghost_ridges": Tolerance(1e-3, 0.5, 1.1),
    "fingerprint.partial_print": Tolerance(0.0, 0.002, 0.6),
    "fingerprint.border_cut": Tolerance(0.0, 0.009, 1.8),
    "fingerprint.ridge_period": Tolerance(1e-3, 0.0, 0.2),
    "fingerprint.ridge_signal": Tolerance(1e-3, 0.0, 0.5),
    "fingerprint.ridge_contrast": Tolerance(1e-3, 0.0, 0.2),
    "fingerprint.usable_minutiae": Tolerance(0.0, 1.0, 4.2),
    "fingerprint.orientation_certainty": EXACT,
    "fingerprint.local_clarity": EXACT,
    "fingerprint.frequency_concentration": EXACT,
    "fingerprint.ridge_valley_uniformity": EXACT,
    "fingerprint.orientation_flow": EXACT,
    "iris.quality": Tolerance(0.0, 2.0, 2.0),
    "iris.usable_code_bits": Tolerance(0.0, 1.0, 2.0),
    "iris.upright": Tolerance(0.05, 0.1, 20.0),
    "iris.usable_iris_area": Tolerance(0.0, 1.0, 1.0),
    "iris.iris_sclera_contrast": Tolerance(0.0, 0.6, 3.0),
    "iris.iris_pupil_contrast": Tolerance(0.0, 0.6, 2.0),
    "iris.pupil_circularity": Tolerance(0.0, 0.5, 2.0),
    "iris.greyscale_utilisation": Tolerance(0.0, 0.02, 1.0),
    "iris.iris_radius": Tolerance(1e-3, 0.0, 0.3),
    "iris.dilation": Tolerance(1e-3, 0.0, 0.5),
    "iris.concentricity": Tolerance(0.0, 0.1, 0.6),
    "iris.margin_adequacy": Tolerance(0.0, 0.5, 0.5),
    "iris.sharpness": Tolerance(0.02, 0.0, 5.0),
    "iris.motion_blur": Tolerance(0.0, 0.5, 4.0),
    "iris.gaze_angle": Tolerance(0.0, 0.3, 1.5),
    "iris.interlace": Tolerance(0.0, 0.01, 0.5),
    "iris.exposure": Tolerance(0.0, 0.3, 1.0),
    "iris.saturation": Tolerance(0.0, 0.1, 0.5),
    "iris.specular_load": Tolerance(0.0, 0.2, 1.0),
    "iris.lash_cover": Tolerance(0.0, 1.0, 4.0),
    "iris.lid_cover": Tolerance(0.0, 0.5, 1.5),
    "iris.glasses_glare": Tolerance(0.0, 0.5, 3.0),
    "iris.pupil_glare": Tolerance(0.0, 0.5, 1.0),
    "iris.noise": Tolerance(0.0, 0.2, 1.2),
    "iris.texture_detail": Tolerance(0.02, 0.01, 3.0),
    "iris.segmentation_confidence": Tolerance(0.0, 1.0, 1.0),
    "iris.inside_image": Tolerance(0.0, 0.3, 0.6),
    "iris.near_infrared": Tolerance(0.0, 0.02, 4.0),
    "iris.right_way_up": Tolerance(0.0, 0.1, 2.5),
    "iris.resolved_detail": Tolerance(0.0, 0.5, 1.0),
    "iris.block_grid": Tolerance(0.0, 0.3, 1.0),
    "iris.printed_lens": Tolerance(0.0, 0.3, 6.0),
    "iris.lens_edge": Tolerance(0.0, 0.05, 7.0),
    "iris.stated_side": Tolerance(0.0, 0.02, 7.0),
}

ONE_PIXEL = {
    "quality": (1.0, 1.0),
    "face_likeness": (0.005, 10.0),
    "background_uniformity": (15.0, 7.0),
    "illumination_uniformity": (0.05, 3.0),
    "luminance_mean": (0.001, 2.0),
    "luminance_variance": (0.0005, 4.0),
    "under_exposure": (0.002, 1.0),
    "over_exposure": (0.002, 2.0),
    "dynamic_range": (0.02, 1.0),
    "natural_colour": (0.2, 2.0),
    "single_face": (0.02, 2.0),
    "eyes_open": (0.006, 10.0),
    "mouth_closed": (0.006, 2.0),
    "eyes_visible": (0.01, 2.0),
    "mouth_occlusion": (0.01, 2.0),
    "face_occlusion": (0.01, 2.0),
    "inter_eye_distance": (1.5, 1.0),
    "head_size": (0.002, 2.0),
    "leftward_crop": (0.04, 3.0),
    "rightward_crop": (0.04, 3.0),
    "margin_above": (0.01, 2.0),
    "margin_below": (0.01, 2.0),
    "chin_room": (0.01, 6.0),
    "crown_room": (0.01, 6.0),
    "side_room": (0.04, 8.0),
    "cut_at_top": (0.06, 6.0),
    "yaw": (0.3, 1.0),
    "pitch": (0.3, 1.0),
    "roll": (0.3, 1.0),
    "head_covering": (0.0, 0.0),
    "red_background": (0.002, 1.0),
    "orange_background": (0.002, 1.0),
    "colour_variety": (0.3, 12.0),
    "right_way_up": (0.3, 1.0),
    "uncovered": (0.02, 6.0),
    "blue_background": (0.002, 1.0),
    "white_background": (0.01, 2.0),
    "background_shadow": (0.01, 2.0),
    "face_shadow": (0.1, 2.0),
    "red_eye": (0.004, 1.0),
    "eye_glare": (0.004, 8.0),
    "eye_brightness": (0.1, 4.0),
    "glasses": (0.0, 0.0),
    "hair_over_eyes": (0.0, 0.0),
    "gaze": (0.03, 8.0),
    "teeth": (0.01, 6.0),
    "sharpness": (0.001, 9.0),
    "noise": (0.01, 1.0),
    "colour_depth": (0.1, 1.0),
    "face_proportion": (0.02, 12.0),
    "interlace": (0.01, 1.0),
    "pixel_blocks": (0.03, 6.0),
    "face_contrast": (0.02, 5.0),
    "eye_veil": (0.05, 12.0),
    "compression_blocks": (0.02, 1.0),
    "screen_pattern": (1.2, 10.0),
}
"""Of faces: landmarks are whole pixels, which another processor's last digit may round otherwise. How far values move
when three in a hundred do, on the sample portraits, and a little more."""

TOLERANCES |= {f"face.{name}": Tolerance(0.0, *allowed) for name, allowed in ONE_PIXEL.items()}

measured_once = functools.cache(measured)


@functools.cache
def golden(modality: Modality) -> list[dict[str, str]]:
    table = TABLES[modality]
    assert table.is_file(), f"{table} is missing: python tests/golden/update.py writes it"
    with table.open(newline="", encoding="utf8") as handle:
        return list(csv.DictReader(handle))


def number(cell: str) -> float:
    return float(cell) if cell else math.nan


def agrees(found: float, wanted: float, relative: float, absolute: float) -> bool:
    if math.isnan(found) or math.isnan(wanted):
        return math.isnan(found) and math.isnan(wanted)
    return abs(found - wanted) <= max(absolute, relative * abs(wanted))


@pytest.mark.parametrize("modality", TABLES)
def test_table_has_every_sample_and_every_measure(modality: Modality) -> None:
    assert list(golden(modality)[0]) == header(modality)
    assert [row["path"] for row in golden(modality)] == sample_paths(modality)
    assert all(None not in row.values() for row in golden(modality))


def test_every_measure_has_a_tolerance() -> None:
    assert set(TOLERANCES) == set(measures(*TABLES))


@pytest.mark.parametrize("measure_id", measures(*TABLES))
def test_measure_is_as_in_the_table(measure_id: str) -> None:
    allowed = TOLERANCES[measure_id]
    modality = Modality(measure_id.split(".", maxsplit=1)[0])
    wrong = []
    for row in golden(modality):
        found: Score = measured_once(modality)[row["path"]][measure_id]
        raw, score = number(row[measure_id]), number(row[f"{measure_id}.score"])
        if not agrees(found.raw, raw, allowed.relative, allowed.absolute):
            wrong.append(f"{row['path']}: raw {found.raw:.9g}, table {raw:.9g}")
        if not agrees(found.score, score, 0.0, allowed.score):
            wrong.append(f"{row['path']}: score {found.score:.6g}, table {score:.6g}")
    assert not wrong, "\n".join(wrong)
