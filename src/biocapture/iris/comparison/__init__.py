"""Templates of irises, and their comparison."""
