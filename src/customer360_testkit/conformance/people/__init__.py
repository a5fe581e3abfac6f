"""Contacts, leads and companies: read as they are, written as they were given."""
