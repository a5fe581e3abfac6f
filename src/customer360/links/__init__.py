"""Which CRMs an account has linked, who has signed in to them, and the tokens that follow from it.

:class:`~customer360.links.links.Links` is the room's face; it gives everybody else a ready
:class:`~customer360.connections.Connection` and keeps every secret to itself.
"""
