"""Nets: all that can be given at once, on values drawn for it, and compared whole."""
