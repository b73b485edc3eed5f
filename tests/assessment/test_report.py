"""Reports as dictionaries and as rows of CSV, JSON Lines and Parquet: what is written is read back."""

import csv
import dataclasses
import functools
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.support.prints import touch

import biocapture as bc
from biocapture.assessment.modalities import measures, native_columns
from biocapture.assessment.report import COLUMNS, Report, _ParquetWriter, header, open_writer, parquet_schema
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.errors import UsageError
from biocapture.guidance import LANGUAGES, text
from biocapture.measure import Score
from biocapture.runs.explanation import explanation
from biocapture.types import Modality, Position, PpiSource

NAMES = header(tuple(measures(Modality.FINGERPRINT)), tuple(native_columns(Modality.FINGERPRINT)))
FAULTY = {"dry": 0.7, "partial": 0.85}


@functools.cache
def reports() -> tuple[Report, ...]:
    """Good, faulty, not assessable, unreadable, and one whose name is a trial for any table."""
    good = bc.assess(touch(1).pixels, "fingerprint", native=True)
    faulty = bc.assess(touch(2, **FAULTY).pixels, "fingerprint", native=True)
    blank = bc.assess(np.full((90, 90), 7, np.uint8), "fingerprint", native=True)
    odd = dataclasses.replace(good, path='a "b", c;\nd\té 指紋 right.png')
    return good, faulty, blank, Report(path="x.png", error="x.png: the file is empty"), odd


def plain(row: dict[str, object]) -> dict[str, object]:
    """All columns of a table, those that a row leaves out as None."""
    return {name: row.get(name) for name in NAMES}


def read_csv(path: Path) -> list[dict[str, object]]:
    with path.open(newline="", encoding="utf8") as handle:
        return list(csv.DictReader(handle))


def read_jsonl(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


def read_parquet(path: Path) -> list[dict[str, object]]:
    return pq.read_table(path).to_pylist()


READERS: dict[str, Callable[[Path], list[dict[str, object]]]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
}
EVERY_FORMAT = pytest.mark.parametrize("suffix", READERS)


def written(path: Path, items: tuple[Report, ...]) -> list[dict[str, object]]:
    with open_writer(path, NAMES) as writer:
        for report in items:
            writer.write(report)
    return READERS[path.suffix](path)


@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("language", LANGUAGES)
def test_to_dict_is_json(index: int, language: str) -> None:
    report = reports()[index]
    nested = report.to_dict(language)
    assert json.loads(json.dumps(nested, allow_nan=False)) == nested
    assert set(COLUMNS) <= set(nested)
    assert set(nested["measures"]) == set(report.measures)
    assert [reason["key"] for reason in nested["reasons"]] == [reason.key for reason in report.reasons]


def test_to_dict_of_a_faulty_print() -> None:
    _, faulty, blank, error, _ = reports()
    nested = faulty.to_dict("id")
    assert nested["verdict"] == "RETAKE"
    assert nested["quality"] == faulty.quality
    assert [reason["guidance"] for reason in nested["reasons"]] != []
    assert all(reason["guidance"].endswith(".") for reason in nested["reasons"])
    assert nested["reasons"][0]["guidance"] != faulty.to_dict("en")["reasons"][0]["guidance"]
    assert nested["measures"]["fingerprint.dryness"]["raw"] == faulty.measures["fingerprint.dryness"].raw
    assert nested["native"]["nfiq2.Mu"] == faulty.native["nfiq2.Mu"]
    assert blank.to_dict()["quality"] is None
    assert blank.to_dict()["failure"] == "fingerprint.no_print"
    assert error.to_dict()["error"] == "x.png: the file is empty"
    assert error.to_dict()["verdict"] is None


def test_guidance_says_each_thing_once_worst_first() -> None:
    faulty = reports()[1]
    texts = faulty.guidance("en")
    assert texts == list(dict.fromkeys(reason["guidance"] for reason in faulty.to_dict("en")["reasons"]))
    assert len(set(texts)) == len(texts) >= 2


def test_header_and_rows_name_the_same_columns() -> None:
    everything = header(tuple(measures()), tuple(native_columns()))
    assert len(set(everything)) == len(everything) == len(COLUMNS) + 2 * len(measures()) + len(native_columns())
    assert set(NAMES) <= set(everything)
    for report in reports():
        assert set(report.row()) <= set(NAMES)
    assert set(reports()[0].row()) == set(NAMES)


def test_every_column_of_a_table_can_be_explained() -> None:
    for name in header(tuple(measures()), tuple(native_columns())):
        text = explanation(name)
        assert text.startswith(name), name
        assert len(text) > len(name) + 20, name


def test_csv_is_read_back(tmp_path: Path) -> None:
    rows = written(tmp_path / "out.csv", reports())
    assert list(rows[0]) == NAMES
    for row, report in zip(rows, reports(), strict=True):
        for name, value in plain(report.row()).items():
            found = row[name]
            assert found == "" if value is None else type(value)(found) == value, name


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_jsonl_and_parquet_are_read_back(tmp_path: Path, suffix: str) -> None:
    rows = written(tmp_path / f"out{suffix}", reports())
    assert list(rows[0]) == NAMES
    assert rows == [plain(report.row()) for report in reports()]


def test_parquet_types_are_fixed_even_where_a_column_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    written(path, reports()[3:4])
    types = {field.name: str(field.type) for field in pq.read_schema(path)}
    assert types["path"] == types["verdict"] == types["error"] == "string"
    assert types["width_px"] == "int32"
    assert {types[name] for name in NAMES if name not in COLUMNS} == {"double"}


def test_parquet_groups_keep_every_row_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ParquetWriter, "GROUP", 2)
    items = tuple(dataclasses.replace(reports()[0], path=f"{i}.png") for i in range(5))
    rows = written(tmp_path / "out.parquet", items)
    assert [row["path"] for row in rows] == [item.path for item in items]
    assert pq.ParquetFile(tmp_path / "out.parquet").num_row_groups == 3


@EVERY_FORMAT
def test_an_empty_table_has_its_header(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    assert written(path, ()) == []
    assert path.is_file()
    if suffix == ".csv":
        assert path.read_text(encoding="utf8").strip().split(",") == NAMES


@EVERY_FORMAT
def test_names_that_are_not_unicode_are_written(tmp_path: Path, suffix: str) -> None:
    """Linux allows any bytes in a file's name; Python spells them with surrogates."""
    path = tmp_path / f"out{suffix}"
    odd = dataclasses.replace(reports()[0], path=os.fsdecode(b"right_\xff_thumb.png"))
    with open_writer(path, NAMES) as writer:
        writer.write(odd)
        writer.write(reports()[0])
    assert path.read_bytes().count(b"_thumb.png") >= 1


def write_and_stop(path: Path) -> None:
    with open_writer(path, NAMES) as writer:
        writer.write(reports()[0])
        raise KeyboardInterrupt


@EVERY_FORMAT
def test_a_run_cut_short_leaves_a_part_and_no_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_text("an earlier run")
    with pytest.raises(KeyboardInterrupt):
        write_and_stop(path)
    assert path.read_text() == "an earlier run"
    partial = path.with_name(path.name + ".part")
    assert READERS[suffix](partial)[0]["sha256"] == reports()[0].sha256


@EVERY_FORMAT
def test_the_name_is_taken_only_when_complete(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with open_writer(path, NAMES) as writer:
        writer.write(reports()[0])
        assert not path.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["out.txt", "out", "out.xlsx"])
def test_an_unknown_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.jsonl or \.parquet"), open_writer(tmp_path / name, NAMES):
        pass
    assert list(tmp_path.iterdir()) == []


@EVERY_FORMAT
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, suffix: str) -> None:
    with (
        pytest.raises(UsageError, match=r"no_such.*cannot be written"),
        open_writer(tmp_path / "no_such" / f"out{suffix}", NAMES),
    ):
        pass


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    odd = dataclasses.replace(reports()[0], native={"nfiq2.Mu": math.pi * 1e-7, "nfiq2.MMB": 0.1 + 0.2})
    for suffix in READERS:
        row = written(tmp_path / f"digits{suffix}", (odd,))[0]
        assert [float(row[name]) for name in odd.native] == list(odd.native.values())


KNOWN = Report(
    path="p.png",
    sha256="ab",
    modality=Modality.FINGERPRINT,
    position=Position.LEFT_INDEX,
    width_px=300,
    height_px=400,
    ppi=500.0,
    ppi_source=PpiSource.METADATA,
    quality=37.5,
    verdict=Verdict.RETAKE,
    reasons=(
        Reason("fingerprint.press_flat", Verdict.RETAKE, "fingerprint.contact_area", 12.5, 40.0, 1),
        Reason("fingerprint.press_flat", Verdict.RETAKE, "fingerprint.centring"),
        Reason("image.inverted", Verdict.REVIEW, "image.inverted"),
    ),
    notes=("image.inverted",),
    measures={"fingerprint.contact_area": Score(88.0, 12.5), "fingerprint.quality": Score(math.nan, math.nan)},
    native={"nfiq2.Mu": 120.0},
)
"""Every field is said, so that its row and its dictionary can be written down."""


def test_a_row_holds_every_field_under_its_name() -> None:
    assert KNOWN.row() == {
        "path": "p.png",
        "sha256": "ab",
        "modality": "fingerprint",
        "position": "left_index",
        "width_px": 300,
        "height_px": 400,
        "ppi": 500.0,
        "ppi_source": "metadata",
        "quality": 37.5,
        "verdict": "RETAKE",
        "reasons": "fingerprint.press_flat;image.inverted",
        "failure": "",
        "error": "",
        "fingerprint.contact_area": 88.0,
        "fingerprint.contact_area.score": 12.5,
        "fingerprint.quality": None,
        "fingerprint.quality.score": None,
        "nfiq2.Mu": 120.0,
    }


def test_a_dictionary_holds_reasons_with_what_to_do() -> None:
    flat = KNOWN.row()
    nested = KNOWN.to_dict("id")
    assert {name: nested[name] for name in COLUMNS if name != "reasons"} == {
        name: flat[name] for name in COLUMNS if name != "reasons"
    }
    press = text("fingerprint.press_flat", "id")
    assert nested["reasons"] == [
        {
            "key": "fingerprint.press_flat",
            "source": "fingerprint.contact_area",
            "verdict": "RETAKE",
            "score": 12.5,
            "minimum": 40.0,
            "guidance": press,
        },
        {
            "key": "fingerprint.press_flat",
            "source": "fingerprint.centring",
            "verdict": "RETAKE",
            "score": None,
            "minimum": None,
            "guidance": press,
        },
        {
            "key": "image.inverted",
            "source": "image.inverted",
            "verdict": "REVIEW",
            "score": None,
            "minimum": None,
            "guidance": text("image.inverted", "id"),
        },
    ]
    assert nested["notes"] == ["image.inverted"]
    assert nested["measures"] == {
        "fingerprint.contact_area": {"raw": 88.0, "score": 12.5},
        "fingerprint.quality": {"raw": None, "score": None},
    }
    assert nested["native"] == {"nfiq2.Mu": 120.0}
    assert set(nested) == {*COLUMNS, "notes", "measures", "native"}


def test_guidance_says_each_instruction_once_in_the_language_asked_for() -> None:
    keys = ("fingerprint.press_flat", "image.inverted")
    assert KNOWN.guidance() == [text(key, "en") for key in keys]
    assert KNOWN.guidance("id") == [text(key, "id") for key in keys]
    assert KNOWN.guidance() != KNOWN.guidance("id")


def test_columns_of_parquet_have_the_types_of_what_they_hold() -> None:
    schema = parquet_schema(header(("fingerprint.quality",), ("nfiq2.Mu",)), ("nfiq2.Mu",))
    kinds = {name: str(schema.field(name).type) for name in schema.names}
    assert {name for name, kind in kinds.items() if kind == "int32"} == {"width_px", "height_px"}
    doubles = {name for name, kind in kinds.items() if kind == "double"}
    assert doubles == {"ppi", "quality", "fingerprint.quality", "fingerprint.quality.score"}
    assert kinds["nfiq2.Mu"] == kinds["path"] == "string"


def test_tables_say_nothing_of_what_a_row_lacks_and_no_nan(tmp_path: Path) -> None:
    names = header(tuple(KNOWN.measures), tuple(KNOWN.native))
    missing = Report(path="x.png", error="x.png: empty")
    for suffix in (".csv", ".jsonl"):
        with open_writer(tmp_path / f"t{suffix}", names) as writer:
            writer.write(KNOWN)
            writer.write(missing)
    first, second = (tmp_path / "t.csv").read_text(encoding="utf8").splitlines()[1:]
    assert first == (
        "p.png,ab,fingerprint,left_index,300,400,500.0,metadata,37.5,RETAKE,fingerprint.press_flat;image.inverted,,,"
        "88.0,12.5,,,120.0"
    )
    assert second == "x.png,,,,,,,,,,,,x.png: empty,,,,,"
    with pytest.raises(ValueError, match="JSON"), open_writer(tmp_path / "nan.jsonl", ["path", "x"]) as writer:
        writer.write(dataclasses.replace(KNOWN, native={"x": math.inf}))
