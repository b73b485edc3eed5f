"""Who may import whom: the table of docs/architecture.md as a test."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "biocapture"
SPINE = {"errors", "types", "measure"}
PACKAGES = {"fingerprint", "face", "iris"}
ALLOWED = {
    "errors": set(),
    "isolated": set(),
    "measure": set(),
    "ops": set(),
    "guidance": set(),
    "types": {"errors"},
    "formats": {"errors", "types", "isolated"},
    "models": {"errors", "types"},
    "ofiq_package": {"errors", "models"},
    "decode": {"errors", "types", "formats"},
    "filename": {"errors", "types"},
    "guess": {"errors", "types", "ops", "iris"},
    "synthetic": {"errors", "types", "ops"},
    "fingerprint": SPINE | {"ops", "models", "formats"},
    "face": SPINE | {"ops", "models"},
    "iris": SPINE | {"ops", "models"},
    "modality": SPINE | PACKAGES,
    "policy": SPINE,
    "profile": SPINE | {"policy"},
    "verdict": {"types", "measure", "profile"},
    "report": SPINE | {"profile", "verdict", "guidance"},
    "workers": {"errors", "isolated", "worker_process"},
    "worker_process": {"errors"},
    "folder": {"errors", "types"},
    "portrait": SPINE | {"decode", "face", "profile"},
    "throughput": SPINE | {"pipeline", "synthetic", "workers"},
    "explain": SPINE | {"modality", "report", "runs", "guidance"},
    "pipeline": SPINE | {"decode", "filename", "guess", "modality", "profile", "report", "verdict", "workers"},
    "intervals": set(),
    "transaction": set(),
    "evaluate": {"errors", "types"},
    "thresholds": {"errors", "evaluate", "intervals"},
    "matcher": {"errors", "types"} | PACKAGES,
    "matching": SPINE | {"matcher", "pipeline"},
    "overlay": SPINE | {"matcher", "matching"},
    "gallery": SPINE | {"matcher"},
    "plot": {"errors", "evaluate", "thresholds"},
    "pairs": {"errors"},
    "drivers": set(),
    "evaluation_tables": {"errors", "evaluate", "pairs", "thresholds"},
    "evaluation": SPINE
    | {"evaluate", "evaluation_tables", "matcher", "matching", "pairs", "pipeline", "plot", "thresholds", "workers"},
    "devices": SPINE | {"isolated", "decode", "filename", "formats", "synthetic"},
    "testing": SPINE | {"devices"},
    "capture": SPINE | {"devices", "face", "modality", "pipeline", "report", "verdict"},
    "health": SPINE | {"capture", "guidance", "transaction"},
    "show_health": {"errors", "guidance", "health"},
    "live_view": SPINE | {"capture", "guidance", "show"},
    "keeping": SPINE | {"capture", "report"},
    "show": {"report", "guidance"},
    "runs": SPINE
    | {"decode", "filename", "folder", "modality", "models", "pipeline", "profile", "report", "transaction", "workers"},
    "show_run": {"show"},
    "measure_card": SPINE | {"guidance", "profile", "report"},
    "drawing": SPINE | {"measure_card", "pipeline", "report"},
    "run_report": SPINE | {"drawing", "guidance", "intervals", "modality", "pipeline", "profile", "report"},
    "dedup": SPINE | {"enrolment", "filename", "folder", "gallery", "matcher", "matching", "pipeline"},
    "show_record": {"dedup", "guidance", "readiness", "report", "show"},
    "readiness_html": SPINE | {"guidance", "matcher", "modality", "readiness", "report", "verdict"},
    "station": SPINE | {"matcher", "transaction"},
    "enrolment": SPINE | {"filename", "folder", "pipeline"},
    "readiness": SPINE
    | {"decode", "enrolment", "formats", "guess", "guidance", "matcher", "modality", "ops"}
    | {"pipeline", "policy", "profile", "report", "station", "verdict"},
}
FREE = {"cli", "__init__"}
DOORS = {
    "onnxruntime": {"models"},
    "pydantic": {"profile", "enrolment", "devices"},
    "matplotlib": {"plot"},
    "jinja2": {"run_report"},
    "markupsafe": {"run_report"},
    "cryptography": {"station", "devices"},
    "fsspec": {"runs"},
    "ray": {"runs"},
}


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in sorted(ROOT.rglob("*.py"))]


@pytest.mark.parametrize("path", FILES)
def test_imports_follow_the_table(path: Path) -> None:
    part = part_of(path)
    if part in FREE:
        return
    assert part in ALLOWED, f"{part} is missing from the table"
    ours = {name.split(".")[1] for name in imports_of(path) if name.startswith("biocapture.")}
    assert ours - {part} <= ALLOWED[part]


@pytest.mark.parametrize("path", FILES)
def test_doors(path: Path) -> None:
    for name in imports_of(path):
        door = name.split(".")[0]
        assert part_of(path) in DOORS.get(door, {part_of(path)})


def test_table_has_no_cycle() -> None:
    done: set[str] = set()
    while len(done) < len(ALLOWED):
        ready = {part for part, needs in ALLOWED.items() if part not in done and needs - {"face"} <= done | {part}}
        assert ready, f"cycle among {set(ALLOWED) - done}"
        done |= ready
