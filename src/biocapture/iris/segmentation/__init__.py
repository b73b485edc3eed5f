"""From the pixels of an eye to its outline: pupil, limbus and lids."""
