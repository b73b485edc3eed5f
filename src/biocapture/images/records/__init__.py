"""Biometric records, one module per standard, read and written."""
