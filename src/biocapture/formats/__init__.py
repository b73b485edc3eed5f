"""One module per container or record format, read and write."""
