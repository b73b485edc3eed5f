"""Folders of any size: runs that are written in parts, end anywhere and go on where they ended."""

ROWS_PER_PART = 10_000
"""Rows of a part of the table, unless a plan says otherwise: a few MB."""

LIMIT_S = 60.0
"""Longest time for one step (reading, describing) of one file, unless a plan says otherwise."""
