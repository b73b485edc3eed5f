"""Our own networks: face boxes, landmarks, parts and pose."""
