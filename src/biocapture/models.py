"""Model files: where they are, whether they match their card, how to run them. The only importer of onnxruntime."""

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import ModelError

ModelFunction = Callable[[NDArray[np.float32]], NDArray[np.float32]]

NFIQ2_MD5 = "b4a1e7586b3be906f9770e4b77768038"
"""MD5 of ``nist_plain_tir-ink.yaml``, the forest NIST publishes with NFIQ 2 (NFIQ2 repository, release 2.x)."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about a model file.

    Attributes
    ----------
    name : str
    path : Path
        The model file itself.
    sha256 : str
        Expected digest of the file.
    task, licence, data : str
        What the model computes, its licence, and what it was trained on.
    metrics : dict
        Figures of the held-out split.
    origin : str
        ``"biocapture"`` (shipped, trained by us) or ``"user"`` (added from the user's own file).
    """

    name: str
    path: Path
    sha256: str
    task: str
    licence: str
    data: str
    metrics: dict[str, Any]
    origin: str


def shipped_directory() -> Path:
    """Where our own models are: inside the wheel, or ``models/`` of a checkout."""
    packaged = Path(__file__).parent / "_models"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "models"


def user_directory() -> Path:
    """Where models added by the user are kept; ``BIOCAPTURE_MODELS`` overrides."""
    if override := os.environ.get("BIOCAPTURE_MODELS"):
        return Path(override)
    data = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "share"
    return Path(data) / "biocapture" / "models"


def cards() -> Iterator[Card]:
    """Every model that can be used, ours first.

    A folder of the user's under the name of one of ours never stands in for it. Cards that cannot be read are passed
    over here; :func:`faults` names them.
    """
    for read in _cards():
        if isinstance(read, Card):
            yield read


def faults() -> Iterator[ModelError]:
    """What is wrong with folders of models that are passed over: unreadable cards, names of ours."""
    for read in _cards():
        if isinstance(read, ModelError):
            yield read


def _cards() -> Iterator[Card | ModelError]:
    shipped = shipped_directory()
    for origin, directory in (("biocapture", shipped), ("user", user_directory())):
        for path in sorted(directory.glob("*/card.json")):
            if origin == "user" and (shipped / path.parent.name).is_dir():
                yield ModelError("a model that comes with biocapture has this name; the folder is not used", str(path))
                continue
            try:
                yield _read_card(path, origin)
            except ModelError as error:
                yield error


def card(name: str) -> Card:
    """Card of one model.

    Parameters
    ----------
    name : str

    Returns
    -------
    Card

    Raises
    ------
    ModelError
        No model of this name is present, or its card cannot be read.
    """
    for read in _cards():
        if isinstance(read, Card) and read.name == name:
            return read
        if isinstance(read, ModelError) and Path(read.subject).parent.name == name:
            raise read
    raise ModelError(f"no such model; present: {', '.join(each.name for each in cards()) or 'none'}", name)


def is_present(name: str) -> bool:
    """Whether there is a model of this name, ours or the user's.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
        The card is there and can be read; the file itself is not looked at.
    """
    try:
        return card(name).name == name
    except ModelError:
        return False


def checked_path(name: str) -> Path:
    """Path of a model file whose bytes have been compared with its card.

    Parameters
    ----------
    name : str

    Returns
    -------
    Path

    Raises
    ------
    ModelError
        No such model, its file is missing, or its digest is another.
    """
    model = card(name)
    if not model.path.is_file():
        raise ModelError("the model file is missing", str(model.path))
    actual = digest(model.path, "sha256")
    if actual != model.sha256:
        raise ModelError(f"sha256 is {actual}, the card says {model.sha256}", str(model.path))
    return model.path


@functools.cache
def load(name: str, output: int = 0) -> ModelFunction:
    """Load a model once per process, after comparing it with its card.

    Parameters
    ----------
    name : str
    output : int
        Index of the output the function gives.

    Returns
    -------
    ModelFunction
        As :func:`open_model` returns it.

    Raises
    ------
    ModelError
        As :func:`checked_path` and :func:`open_model`.
    """
    return open_model(checked_path(name), output)


def open_model(path: Path, output: int = 0) -> ModelFunction:
    """Open any ONNX file as a plain function of one array that gives one of its outputs.

    The session uses one thread: parallelism is over images, and results must not depend on the machine.

    Parameters
    ----------
    path : Path
    output : int
        Index of the output.

    Returns
    -------
    ModelFunction
        float32 array in the shape of the model's first input → float32 array.

    Raises
    ------
    ModelError
        onnxruntime cannot load the file.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class
        raise ModelError(f"onnxruntime cannot load it: {error}", str(path)) from error
    feed = session.get_inputs()[0].name
    result = session.get_outputs()[output].name
    return lambda array: np.asarray(session.run([result], {feed: array})[0], dtype=np.float32)


def add(name: str, file: Path, md5: str = NFIQ2_MD5) -> Card:
    """Copy the user's own third-party model into :func:`user_directory` after checking its digest.

    Parameters
    ----------
    name : str
        Only ``"nfiq2"``: NIST's random forest, an OpenCV RTrees file
        (OFIQ's package: :mod:`biocapture.face.ofiq.package`).
    file : Path
    md5 : str
        Digest the publisher states.

    Returns
    -------
    Card

    Raises
    ------
    ModelError
        Another name, no such file, or another digest.
    """
    if name != "nfiq2":
        raise ModelError("only 'nfiq2' can be added", name)
    if not file.is_file():
        raise ModelError("no such file", str(file))
    actual = digest(file, "md5")
    if actual != md5:
        raise ModelError(f"MD5 is {actual}, expected {md5}", str(file))
    target = user_directory() / name
    target.mkdir(parents=True, exist_ok=True)
    copied = target / "forest.yaml"
    part = copied.with_suffix(".part")
    shutil.copyfile(file, part)
    part.replace(copied)
    facts = {
        "name": name,
        "file": copied.name,
        "sha256": digest(copied, "sha256"),
        "task": "NFIQ 2 random forest; its four minutiae features come from our extractor",
        "licence": "as published by NIST",
        "data": "see the NFIQ 2 report",
        "metrics": {},
    }
    return write_card(name, facts)


def write_card(name: str, facts: dict[str, Any]) -> Card:
    """Write the card of a model that lies in :func:`user_directory`.

    Parameters
    ----------
    name : str
        Of the model and its folder.
    facts : dict
        ``name``, ``file``, ``sha256``, ``task``, ``licence``, ``data`` and ``metrics``; may hold more.

    Returns
    -------
    Card
        Read back from the file.
    """
    path = user_directory() / name / "card.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(facts, indent=2), encoding="utf8")
    part.replace(path)  # whole or not at all
    return _read_card(path, "user")


def digest(path: Path, algorithm: str) -> str:
    """Digest of a file.

    Parameters
    ----------
    path : Path
    algorithm : str
        A name that ``hashlib`` knows, e.g. ``"sha256"``.

    Returns
    -------
    str
        Hexadecimal.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


def _read_card(path: Path, origin: str) -> Card:
    try:
        facts = json.loads(path.read_text(encoding="utf8"))
        if facts["name"] != path.parent.name or Path(facts["file"]).name != facts["file"]:
            raise ValueError("its name is not that of its folder, or its file lies elsewhere")  # noqa: TRY301
        return Card(
            name=facts["name"],
            path=path.parent / facts["file"],
            sha256=facts["sha256"],
            task=facts["task"],
            licence=facts["licence"],
            data=facts["data"],
            metrics=facts["metrics"],
            origin=origin,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"unreadable model card ({error!r})", str(path)) from error
