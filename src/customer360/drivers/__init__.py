"""Three worlds for one kernel: a thread (:mod:`~customer360.drivers.blocking`), an event loop
(:mod:`~customer360.drivers.awaiting`), and a simulation with virtual time (:mod:`~customer360.drivers.simulation`).

A driver carries out leaves and nothing else; operation code runs on the thread that drives it, never on a pool's.
"""
