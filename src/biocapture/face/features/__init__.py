"""Features: from the picture, its landmarks and maps to numbers."""
