"""What a programme requires: positions, minimum scores and rules for records, as TOML."""
