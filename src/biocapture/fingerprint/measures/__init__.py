"""From numbers to measures of a print."""
