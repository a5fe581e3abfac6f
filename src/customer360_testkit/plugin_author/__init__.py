"""The way of a plugin's author: a project to start from, and a look at what has come of it.

``customer360 plugin new acme`` and ``customer360 plugin check acme``; see :mod:`.project` and :mod:`.inspection`.
"""
