"""Accuracy and reliability: long runs by command, each with a table."""
