"""Simulated devices that speak their protocol over the network."""
