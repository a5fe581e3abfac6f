"""What an error says, and what is left after it."""
