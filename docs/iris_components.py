"""Measure the iris components against synthetic truth and rewrite the tables of ``iris_components.md``.

usage: python docs/iris_components.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the truth is stated by the tests

from tests.support.eyes import cached_eye, outline_of, sample, scores  # noqa: E402
from tests.support.iris_components import COMPONENTS, DEGRADATIONS, Component, KnownCapture, known_capture  # noqa: E402

from biocapture import iris  # noqa: E402
from biocapture.iris.describe import columns_of  # noqa: E402
from biocapture.iris.statistics import IrisBatch  # noqa: E402
from biocapture.synthetic.eye.capture import capture  # noqa: E402
from biocapture.synthetic.eye.conditions import everyday_conditions  # noqa: E402

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- measured -->", "<!-- end -->"

SWEPT = tuple((seed, left) for seed in range(31, 36) for left in (False, True))
EVERYDAY = 60

INPUTS = {
    "quality": "all others", "usable_code_bits": "iris code",
    "usable_iris_area": "strip, masks", "iris_sclera_contrast": "rings", "iris_pupil_contrast": "rings",
    "pupil_circularity": "edges of pupil and limbus", "greyscale_utilisation": "strip", "iris_radius": "limbus",
    "dilation": "both ellipses", "concentricity": "both ellipses", "margin_adequacy": "limbus, image size",
    "sharpness": "profiles across the pupil's edge", "motion_blur": "profiles across the pupil's edge",
    "gaze_angle": "edges of pupil and limbus", "interlace": "rows around the iris", "exposure": "strip",
    "saturation": "strip", "specular_load": "strip, masks", "lash_cover": "strip, masks", "lid_cover": "lids",
    "glasses_glare": "open eye", "noise": "pupil", "texture_detail": "strip", "segmentation_confidence": "segmentation",
    "pupil_glare": "pupil", "inside_image": "both ellipses, image size", "near_infrared": "rings",
    "resolved_detail": "spectrum of rows and columns", "block_grid": "steps on rows and columns",
    "upright": "lids, both ways", "right_way_up": "cells around the eye",
    "printed_lens": "four patches of the iris", "lens_edge": "rings on the sclera",
    "stated_side": "both ellipses, stated position",
}  # fmt: skip


def measure_true_outline(it: KnownCapture) -> dict[str, float]:
    """Raw values within the true outline."""
    columns = columns_of(it.image.pixels, outline_of(it.image.truth)) | {"stated_right": it.eye.nasal_sign}
    return {name: value.raw for name, value in scores(IrisBatch.of_one(columns)).items()}


def measure_end_to_end(it: KnownCapture) -> dict[str, float]:
    """Raw values end to end; none of a failure."""
    batch = iris.describe(sample(it.image.pixels, it.eye.side))
    return {} if batch.failure[0] else {name: value.raw for name, value in scores(batch).items()}


def everyday_eyes() -> Iterator[KnownCapture]:
    """Usual captures at an enrolment station, of eyes that no test uses."""
    for number in range(EVERYDAY):
        eye, conditions = cached_eye(5000 + number // 2, number % 2 == 1), everyday_conditions(7000 + number)
        yield KnownCapture(eye, conditions, capture(eye, conditions, number))


def error_cells(
    component: Component, name: str, usual: list[tuple[KnownCapture, dict[str, float]]]
) -> tuple[str, str, str]:
    """Largest error within the true outline; 90 % quantile end to end, along the sweep and on everyday captures."""
    if component.truth is None:
        return "", "", ""
    truth, (condition, values) = component.truth, component.sweep
    swept = [known_capture(*eye, **{condition: value}) for eye in SWEPT for value in values]
    if name == "gaze_angle":
        swept = [it for it in swept if truth(it) >= 15]
        usual = []
    within = [abs(measure_true_outline(it)[name] - truth(it)) for it in swept]
    along = [abs(measure_end_to_end(it).get(name, np.nan) - truth(it)) for it in swept]
    daily = [abs(values.get(name, np.nan) - truth(it)) for it, values in usual]
    return f"{max(within):.2g}", _quantiles(along), _quantiles(daily)


def _quantiles(errors: list[float]) -> str:
    if not errors:
        return ""
    missing = int(np.isnan(errors).sum())
    middle, high = np.nanquantile(errors, (0.5, 0.9))
    return f"{middle:.2g}, {high:.2g}" + (f" ({missing} not found)" if missing else "")


def table() -> Iterator[str]:
    """The table of the page."""
    usual = [(it, measure_end_to_end(it)) for it in everyday_eyes()]
    yield "| measure | unit | input | truth | tolerance | true outline | end to end, sweep | end to end, everyday |"
    yield "|---|---|---|---|--:|--:|--:|--:|"
    for item, (name, component) in zip(iris.MEASURES, COMPONENTS.items(), strict=True):
        cells = error_cells(component, name, usual)
        limits = f"{component.tolerance:g}, {component.end_to_end:g}" if component.truth else ""
        says = component.says or "none: monotone only"
        yield f"| `{item.id}` | {item.unit} | {INPUTS[name]} | {says} | {limits} | {' | '.join(cells)} |"
    yield ""
    yield "| measure | moved by | rightly moved by, too | steady within |"
    yield "|---|---|---|--:|"
    for item, component in zip(iris.MEASURES, COMPONENTS.values(), strict=True):
        others = ", ".join(other for other in component.moved_by if other != component.sweep[0])
        yield f"| `{item.id}` | {component.sweep[0]} | {others} | {component.steady:g} |"
    yield ""
    yield "Tried on every measure: " + ", ".join(f"{name} {value}" for name, value in DEGRADATIONS.items()) + "."


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf8")
    head, tail = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(head + BEGIN + "\n" + "\n".join(table()) + "\n" + END + tail, encoding="utf8")
