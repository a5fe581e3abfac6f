"""What may have been written is found again, and is not written twice."""
