"""Several fingers of synthetic hands pressed at once: where each lies is known."""
