"""Pictures of several fingers: where each fingertip lies and which finger it is."""
