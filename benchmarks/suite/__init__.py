"""The timed cases and how they are timed and compared."""
