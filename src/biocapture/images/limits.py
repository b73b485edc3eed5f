"""Largest inputs that are read. They stand apart from what reads, so that a command line can name them cheaply."""

MAX_PIXELS = 64_000_000
"""Pixels of one image: 192 MB of colours."""

MAX_BYTES = 256_000_000
"""Bytes of one file."""
