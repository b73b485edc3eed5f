"""Runs over any number of files: written in parts, resumable after any interruption."""

RECORD_FILE = "run.json"
"""File with the inputs, options and versions of a run."""

INDEX_FILE = "progress.sqlite"
"""File that holds which files have a row, and the rows that wait for their part."""

PART_FILES = "part-*.parquet"
"""Pattern of the parts of the table; the star is a number of five digits or more."""

ROWS_PER_PART = 10_000
"""Rows of a part of the table, unless a plan says otherwise: a few MB."""

LIMIT_S = 60.0
"""Longest time for one step (reading, describing) of one file, unless a plan says otherwise."""
