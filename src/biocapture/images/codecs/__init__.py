"""Encoded pictures, one module per family of formats."""
