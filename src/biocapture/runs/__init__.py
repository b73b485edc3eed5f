"""Folders of any size: runs that are written in parts, end anywhere and go on where they ended."""
