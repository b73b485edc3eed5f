"""What a programme asks for: positions, minimum scores and rules for records, as TOML."""
