"""Templates of prints, and their comparison."""
