"""Quality and deduplication-readiness of fingerprint, face and iris captures, before upload."""
