"""From a picture and what was found in it to numbers."""
