"""How bytes come from a device: HTTP, MJPEG, video, child processes."""
