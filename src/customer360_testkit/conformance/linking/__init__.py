"""A link: where it leads, what was granted, and how long a sign-in lasts."""
