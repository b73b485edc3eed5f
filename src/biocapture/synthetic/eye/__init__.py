"""Synthetic eyes in near infrared, with known truth."""
