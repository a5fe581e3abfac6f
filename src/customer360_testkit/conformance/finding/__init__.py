"""Who is found, and who is not."""
