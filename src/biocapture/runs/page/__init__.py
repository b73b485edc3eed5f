"""A run as one self-contained HTML page, for a district head and for an engineer."""

from biocapture.runs.page.write import write_run_page

__all__ = ["write_run_page"]
