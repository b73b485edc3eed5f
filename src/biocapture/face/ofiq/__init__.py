"""OFIQ's names, and the user's own OFIQ package."""
