"""Scanners through SANE: python-sane or the scanimage program."""
