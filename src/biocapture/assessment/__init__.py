"""From one source to its report: decode, describe, measure, judge."""
