"""MOSIP's Bio-SDK over HTTP, as its registration client and packet processor call it (biosdk-services 1.0)."""
