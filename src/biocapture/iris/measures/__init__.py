"""From numbers to measures of an iris."""
