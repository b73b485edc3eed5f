from pathlib import Path

import numpy as np
import pytest

from biocapture.comparison.evaluation.pairs import PairList, read_pairs, write_pairs
from biocapture.errors import UsageError


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "pairs.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_columns_in_any_order_and_others_kept(tmp_path: Path) -> None:
    listed = read_pairs(written(tmp_path, 'note,file2,genuine,file1\n"a, b",2.png,1,1.png\n\n,3.png,0,1.png\n'))
    assert listed.pairs == [("1.png", "2.png"), ("1.png", "3.png")]
    assert listed.files == ["1.png", "2.png", "3.png"]
    assert listed.mated is not None
    assert listed.mated.tolist() == [True, False]
    assert [row["note"] for row in listed.rows] == ["a, b", ""]


@pytest.mark.parametrize(
    "content",
    ["\ufefffile1,file2\r\na,b\r\n", 'file1,file2\r"a",b', "file1,file2\na,b"],
    ids=["mark and carriage returns", "old line ends", "no last line end"],
)
def test_files_of_other_programs(tmp_path: Path, content: str) -> None:
    listed = read_pairs(written(tmp_path, content))
    assert listed.pairs == [("a", "b")]
    assert listed.mated is None


HOSTILE = {
    "empty": ("", "columns file1 and file2"),
    "header only": ("file1,file2\n", "at least one row"),
    "column missing": ("file1,genuine\na,1\n", "columns file1 and file2"),
    "column twice": ("file1,file2,file1\na,b,c\n", "each column once"),
    "row cut": ("file1,file2,genuine\na,b,1\na,b", "line 3 has 2 fields, expected 3"),
    "row too long": ("file1,file2\na,b,c\n", "line 2 has 3 fields, expected 2"),
    "no file": ("file1,file2\na,\n", "line 2 names no two files"),
    "neither": ('file1,file2,genuine\n"a\n",b,yes\n', "line 3 has genuine = 'yes', expected 1 or 0"),
    "quote left open": ('file1,file2\n"a,b\n', "cannot be read: .*end of data"),
    "huge field": ("file1,file2\n" + "a" * 200_000 + ",b\n", "cannot be read: field larger"),
    "not text": (b"file1,file2\n\xff\xfe,b\n", "cannot be read: .*utf-8"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_is_said_with_the_path(tmp_path: Path, name: str) -> None:
    content, says = HOSTILE[name]
    with pytest.raises(UsageError, match=f"pairs.csv: .*{says}"):
        read_pairs(written(tmp_path, content))


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", Path("a\0b.csv")):
        with pytest.raises(UsageError, match="cannot be read"):
            read_pairs(path)


LISTED = PairList(("file1", "ours", "file2"), ({"file1": "a", "ours": "9", "file2": 'b"c'},) * 2)


def test_numbers_are_added_at_the_end_and_replace_old_ones(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    write_pairs(LISTED, {"ours": np.array([12.34567, np.nan]), "more": np.array([0.0, 1e-9])}, out)
    assert out.read_bytes() == b'file1,file2,ours,more\na,"b""c",12.3457,0.0000\na,"b""c",,0.0000\n'
    assert read_pairs(out).pairs == LISTED.pairs


def test_a_list_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none.out\.csv: cannot be written: No such file"):
        write_pairs(LISTED, {}, tmp_path / "none" / "out.csv")
