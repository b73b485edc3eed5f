"""What commands show on a terminal: tables, progress, live capture, readiness, health of devices."""
