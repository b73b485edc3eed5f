"""A run as one self-contained page that a district head and an engineer both read."""

from biocapture.runs.page.write import write_report

__all__ = ["write_report"]
