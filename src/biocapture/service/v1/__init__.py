"""Our own API, version 1."""
