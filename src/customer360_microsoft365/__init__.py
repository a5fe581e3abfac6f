"""Microsoft 365 for customer360."""
