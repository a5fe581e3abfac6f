"""What changed, for an index of everybody."""
