"""An agent's side of things: one login at one CRM (:mod:`~customer360.desk.agent`), one interaction being handled
(:mod:`~customer360.desk.handling`).

Everything here is an operation; the faces (:mod:`customer360.client`, :mod:`customer360.aio`) run them.
"""
