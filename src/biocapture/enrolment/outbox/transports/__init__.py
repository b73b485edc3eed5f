"""Ways to a server. A new one is a file and an entry point ``biocapture.transports``."""
