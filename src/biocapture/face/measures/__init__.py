"""From numbers to measures of a face."""
