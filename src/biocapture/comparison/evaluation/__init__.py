"""Error rates, thresholds and curves of a list of pairs."""
