"""A connector keeps to itself, and two who use it at once do not mix."""
