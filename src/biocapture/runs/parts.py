"""The finished rows of a run: ``part-00000.parquet`` and so on, each written completely or not at all."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from biocapture.errors import UsageError
from biocapture.images.private_files import whole_file
from biocapture.runs import PART_FILES

GROUP_ROWS = 1000
"""Rows of a row group, which are held in memory while a part is written."""


class Parts:
    """The parts in one folder.

    Row ``i`` of the run is row ``i % size`` of part ``i // size``; only the last part may be short.

    Parameters
    ----------
    folder : Path
        It exists.
    schema : pyarrow.Schema
        Columns of the table.
    size : int
        Rows of a full part.
    """

    def __init__(self, folder: Path, schema: Any, size: int) -> None:
        self.folder, self.size = folder, size
        self._schema = schema
        self._last_read: tuple[int, Any] = (-1, None)

    def path(self, part: int) -> Path:
        """Where a part is or will be.

        Parameters
        ----------
        part : int
            From 0.

        Returns
        -------
        Path
        """
        return self.folder / PART_FILES.replace("*", f"{part:05d}")

    def rows_in(self, part: int) -> int:
        """Count the rows of a part from its footer.

        Parameters
        ----------
        part : int

        Returns
        -------
        int
            0 where there is no such part.

        Raises
        ------
        UsageError
            The file of that name is not Parquet.
        """
        import pyarrow.parquet as pq

        if not self.path(part).exists():
            return 0
        try:
            return int(pq.read_metadata(self.path(part)).num_rows)
        except (OSError, ValueError) as error:  # Arrow's errors are ValueErrors
            raise UsageError(f"not a part of a run: {error}", str(self.path(part))) from error

    def lengths(self) -> Iterator[tuple[int, int]]:
        """Number and rows of every existing part, in order."""
        prefix = PART_FILES.partition("*")[0]
        numbers = sorted(int(path.stem.removeprefix(prefix)) for path in self.folder.glob(PART_FILES))
        for part in numbers:
            yield part, self.rows_in(part)

    def write(self, part: int, texts: Iterable[str]) -> None:
        """Append rows to a part; the file is replaced when all of it is on the disk.

        Parameters
        ----------
        part : int
        texts : iterable of str
            Rows as JSON objects on one line each.
        """
        import pyarrow.parquet as pq

        path = self.path(part)
        with whole_file(path) as handle, pq.ParquetWriter(handle, self._schema) as writer:
            if path.exists():
                writer.write_table(pq.read_table(path, use_threads=False, partitioning=None))
            iterator = iter(texts)
            while group := list(islice(iterator, GROUP_ROWS)):
                writer.write_table(self._table(group))
        self._last_read = (-1, None)

    def _table(self, texts: Sequence[str]) -> Any:
        from pyarrow.json import ParseOptions, ReadOptions, read_json

        data = "\n".join(texts).encode()
        return read_json(
            io.BytesIO(data),
            read_options=ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=ParseOptions(explicit_schema=self._schema, unexpected_field_behavior="error"),
        )

    def row(self, number: int) -> dict[str, Any]:
        """One finished row. Its part stays in memory for the next call.

        Parameters
        ----------
        number : int
            Of the row within the run.

        Returns
        -------
        dict
            Its cells that are not empty, by column.
        """
        import pyarrow.parquet as pq

        part, index = divmod(number, self.size)
        if self._last_read[0] != part:
            self._last_read = (part, pq.read_table(self.path(part), use_threads=False, partitioning=None))
        cells: dict[str, Any] = self._last_read[1].slice(index, 1).to_pylist()[0]
        return {name: value for name, value in cells.items() if value is not None}

    def columns(self, part: int, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Some columns of a part, row by row.

        Parameters
        ----------
        part : int
        names : sequence of str
            Columns; all of them exist.

        Yields
        ------
        dict
            Cells of one row, by column.
        """
        import pyarrow.parquet as pq

        yield from pq.read_table(self.path(part), columns=list(names), use_threads=False).to_pylist()


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write a JSON file completely or not at all.

    Parameters
    ----------
    path : Path
    facts : dict
        JSON-ready.
    """
    with whole_file(path) as handle:
        handle.write((json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode("utf8"))
