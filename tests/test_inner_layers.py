"""Who may import whom inside a modality package: the same for all three."""

from collections.abc import Iterator, Mapping

import pytest
from tests.test_layers import imports_of_modules

MODALITIES = ("fingerprint", "iris", "face")

ENDS = frozenset({"drawing", "matcher", "recognition"})
"""Parts that only the package itself imports, or who comes through its door."""

NEVER = {
    "statistics": frozenset({"features", "measures", "comparison", "describe"}),
    "features": frozenset({"statistics", "measures", "comparison", "describe"}),
    "comparison": frozenset({"statistics", "measures"}),
    "describe": frozenset({"measures", "comparison"}),
}
"""Part → parts of the same modality that it keeps away from: pixels end in describe, measures begin at statistics."""

MEASURES_IMPORT = {
    "fingerprint": frozenset({"statistics", "units", "nfiq2.native"}),
    "iris": frozenset({"statistics"}),
    "face": frozenset({"statistics", "landmarks", "framing"}),
}
"""All that measures may import of their own modality, besides one another."""

Arrows = Mapping[str, set[str]]


def between_parts(modality: str, arrows: Arrows) -> Iterator[tuple[str, str, str]]:
    """(part, module imported, its part) for all imports from one part of a modality by another, without its name."""
    start = f"{modality}."
    for module, targets in arrows.items():
        for target in targets:
            if module.startswith(start) and target.startswith(start):
                part, inner = module.split(".")[1], target.removeprefix(start)
                if inner.split(".")[0] != part:
                    yield part, inner, inner.split(".")[0]


def faults(modality: str, arrows: Arrows) -> list[str]:
    """Every import that breaks a rule."""
    return [
        f"{modality}.{part} imports {target}"
        for part, target, target_part in between_parts(modality, arrows)
        if target_part in ENDS
        or target_part in NEVER.get(part, ())
        or (part == "measures" and target not in MEASURES_IMPORT[modality])
    ]


@pytest.mark.parametrize("modality", MODALITIES)
def test_no_import_breaks_a_rule(modality: str) -> None:
    assert faults(modality, imports_of_modules()) == []


@pytest.mark.parametrize("modality", MODALITIES)
def test_no_permission_is_unused(modality: str) -> None:
    used = {target for part, target, _ in between_parts(modality, imports_of_modules()) if part == "measures"}
    assert used == MEASURES_IMPORT[modality]


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("features.contact", "measures.quality"),
        ("features.contact", "comparison.template"),
        ("features.contact", "drawing"),
        ("measures.quality", "features.contact"),
        ("measures.quality", "nfiq2.blocks"),
        ("comparison.compare", "statistics"),
        ("describe", "comparison.template"),
        ("statistics", "features.contact"),
        ("nfiq2.native", "matcher"),
    ],
)
def test_a_planted_import_is_found(module: str, target: str) -> None:
    arrows = imports_of_modules()
    arrows = arrows | {f"fingerprint.{module}": arrows[f"fingerprint.{module}"] | {f"fingerprint.{target}"}}
    assert faults("fingerprint", arrows) == [f"fingerprint.{module.split('.', maxsplit=1)[0]} imports {target}"]
