"""Tables and live views in a terminal."""
