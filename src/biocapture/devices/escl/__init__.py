"""Network scanners over eSCL (AirScan)."""
