"""From the pixels of an eye and its outline to numbers."""
