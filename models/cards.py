"""How a trained network is put beside its recipe: the file, and a card that says what it is, from what, how good."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

PORTRAITS = (
    "US Congress portraits (public domain), Face Research Lab London Set (CC-BY 4.0, DeBruine and Jones 2017), "
    "labelled with MediaPipe 0.10.21 (Apache-2.0), split by person"
)
RENDERS = "heads rendered from MakeHuman's assets (CC0)"


def write_model(content: bytes, folder: Path, task: str, data: str, figures: Mapping[str, float]) -> None:
    """Write ``<folder's name>.onnx`` and ``card.json``, with the figures of data the network did not see."""
    name = folder.name
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(content)
    card = {
        "name": name,
        "file": f"{name}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "task": task,
        "licence": "Apache-2.0",
        "data": data,
        "metrics": {group: round(value, 4) for group, value in figures.items()},
    }
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf8")
