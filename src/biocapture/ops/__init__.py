"""Array functions used by two or more modalities."""
