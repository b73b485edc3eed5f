"""The native measures of NFIQ 2.3, equal to its own."""
