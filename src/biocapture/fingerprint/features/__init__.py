"""From the pixels of a print to numbers: ridges, minutiae, contact."""
