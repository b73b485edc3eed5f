"""Local deduplication: who among many enrolments or images is who."""

from biocapture.enrolment.dedup.search import Duplicates, Pair, duplicates

__all__ = ["Duplicates", "Pair", "duplicates"]
