"""MOSIP SBI devices: an adapter and the messages it exchanges."""
