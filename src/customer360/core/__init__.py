"""The pure core: models, effects and kernel, matching, and the contract of plugins.

No I/O, no clock, no globals.
"""
