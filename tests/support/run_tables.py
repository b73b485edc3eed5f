"""Tables as a run of any size writes them, made without an image: python tests/support/run_tables.py RUN ROWS."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biocapture.assessment.modalities import measures
from biocapture.assessment.report import header
from biocapture.profile.load import load_profile
from biocapture.types import FINGERS, Modality

SLOTS = {
    Modality.FINGERPRINT: [str(finger) for finger in FINGERS[1:]],
    Modality.IRIS: ["right_eye", "left_eye"],
    Modality.FACE: ["face"],
}
SHARES = {Modality.FINGERPRINT: 0.7, Modality.IRIS: 0.2, Modality.FACE: 0.1}
EXTRA = ("device", "mtime")
BATCH = 20_000


def write_run(folder: Path, rows: int, seed: int = 0, better: float = 0.0) -> Path:
    """A run of several shards with a manifest; ``better`` raises every score by so much."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    shard, done = 0, 0
    while done < rows or not shard:
        many = min(BATCH * 5, rows - done)
        with pq.ParquetWriter(folder / f"part-{shard:05}.parquet", _schema()) as writer:
            for begin in range(0, max(many, 1), BATCH):
                if many:
                    writer.write_table(_table(random, done + begin, min(BATCH, many - begin), better))
        shard, done = shard + 1, done + many
    manifest = {"biocapture": "0.1.0", "profile": "default", "models": {"fingerprint_quality": "ab" * 32}, "rows": rows}
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf8")
    return folder


def _schema() -> pa.Schema:
    names = [*header(tuple(measures())), *EXTRA]
    texts = {"path", "sha256", "modality", "position", "ppi_source", "verdict", "reasons", "failure", "error", "device"}
    whole = {"width_px", "height_px"}
    kind = {name: pa.string() for name in texts} | {name: pa.int32() for name in whole}
    return pa.schema([(name, kind.get(name, pa.float64())) for name in names])


def _table(random: np.random.Generator, begin: int, rows: int, better: float) -> pa.Table:
    profile, catalogue = load_profile("default", measures()), measures()
    kinds = random.choice(list(SHARES), rows, p=list(SHARES.values()))
    failed = random.random(rows) < 0.01
    columns: dict[str, list[object] | np.ndarray] = {name: [None] * rows for name in _schema().names}
    columns["path"] = [f"district/{number // 1000:04}/{number:08}.png" for number in range(begin, begin + rows)]
    columns["sha256"] = [hashlib.sha256(path.encode()).hexdigest() for path in columns["path"]]
    columns["error"] = [
        f"{path}: the image ends after {len(path) * 7} bytes" if bad else None
        for path, bad in zip(columns["path"], failed, strict=True)
    ]
    columns["device"] = [f"scanner {number}" for number in random.integers(1, 6, rows)]
    columns["mtime"] = 1_780_000_000 + 86_400 * np.sort(random.integers(0, 14, rows)) + random.random(rows)
    skill = random.normal(0, 12, rows) + better
    worst = [(0.0, "")] * rows
    for name, item in catalogue.items():
        of_it = (kinds == name.split(".")[0]) & ~failed
        centre = profile.retake.get(name, 40.0) + 25
        score = np.clip(centre + skill + random.normal(0, 14, rows), 0, 100)
        score[~of_it] = np.nan
        columns[f"{name}.score"], columns[name] = score, np.where(of_it, score / 100, np.nan)
        for i in np.flatnonzero(score < profile.retake.get(name, -1.0)):
            worst[i] = min(worst[i], (float(score[i]) - profile.retake[name], item.guidance))
    quality = np.full(rows, np.nan)
    for kind in SHARES:
        own = columns[f"{kind}.quality.score"]
        quality = np.where(np.isnan(own), quality, own)
    columns["quality"] = quality
    columns["reasons"] = [None if bad else reason for (_, reason), bad in zip(worst, failed, strict=True)]
    columns["verdict"] = [
        None if bad else "RETAKE" if reason else "READY" for (_, reason), bad in zip(worst, failed, strict=True)
    ]
    columns["modality"] = [None if bad else str(kind) for kind, bad in zip(kinds, failed, strict=True)]
    places = random.random(rows)
    columns["position"] = [
        None if bad else SLOTS[kind][int(place * len(SLOTS[kind]))]
        for kind, place, bad in zip(kinds, places, failed, strict=True)
    ]
    arrays = [pa.array(columns[field.name], field.type, from_pandas=True) for field in _schema()]
    return pa.Table.from_arrays(arrays, schema=_schema())


if __name__ == "__main__":
    import sys

    write_run(Path(sys.argv[1]), int(sys.argv[2]))
