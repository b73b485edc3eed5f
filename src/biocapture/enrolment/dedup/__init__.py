"""Local deduplication: which of many enrolments or images show the same person."""

from biocapture.enrolment.dedup.search import DuplicatePair, Duplicates, find_duplicates

__all__ = ["DuplicatePair", "Duplicates", "find_duplicates"]
