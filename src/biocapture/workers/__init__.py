"""Work shared out over processes, and what several processes may touch at once."""
