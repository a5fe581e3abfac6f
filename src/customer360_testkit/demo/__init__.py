"""``make demo``: an inbound call on each CRM, from the ring to the wrapped-up activity read back from the CRM.

Everything happens over real HTTP, against the fakes, with whatever connectors and fakes are installed.
"""
