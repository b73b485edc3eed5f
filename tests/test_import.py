"""``import biocapture`` brings nothing heavy; public names are what they say they are, in whatever order they come."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import biocapture as bc

HEAVY = ("onnxruntime", "skimage", "scipy", "cv2", "numpy", "pyarrow", "pydantic", "rich", "typer", "PIL", "wsq")
PARTS = ("fingerprint", "face", "iris", "synthetic", "models", "decode", "pipeline")


def printed_by(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_import_is_light() -> None:
    loaded = set(printed_by("import biocapture, sys; print(*sys.modules)").split())
    assert "biocapture" in loaded
    assert not {name for name in HEAVY if name in loaded}
    assert not {f"biocapture.{part}" for part in PARTS} & loaded


def test_listing_measures_needs_no_model_runtime() -> None:
    loaded = set(printed_by("import biocapture, sys; biocapture.measures(); print(*sys.modules)").split())
    assert "biocapture.fingerprint" in loaded
    assert not {"onnxruntime", "skimage", "rich", "typer", "pyarrow"} & loaded


def test_no_public_name_is_that_of_a_module() -> None:
    """Importing a submodule sets the attribute of its name on the package: it would shadow a function."""
    parts = {path.name.removesuffix(".py") for path in Path(bc.__file__).parent.iterdir()}
    assert not parts & set(bc.__all__)


def test_public_names_stand_alike_in_their_three_lists() -> None:
    """For type checkers, for whoever asks what there is, and for the import on first use."""
    tree = ast.parse(Path(bc.__file__).read_text(encoding="utf8"))
    (checking,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {alias.name: node.module for node in checking.body for alias in node.names}
    assert imported == bc._HOMES
    assert bc.__all__ == sorted(imported)


def test_every_public_name_exists() -> None:
    for name in bc.__all__:
        assert getattr(bc, name).__module__.startswith("biocapture."), name
    with pytest.raises(AttributeError, match="no attribute 'no_such'"):
        _ = bc.no_such
