"""The runtime's flows: operations over connections, driven by the faces."""
