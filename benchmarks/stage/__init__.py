"""What the measurements share: a server that costs next to nothing, clients that are signed in, and figures."""
