"""What a connector says of itself, and of the CRM's fields."""
