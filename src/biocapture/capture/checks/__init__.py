"""Quick checks of single frames, one module per modality."""
