"""What an agent was promised is written down: the wrap-up's one transaction, and its delivery.

:mod:`~customer360.outbox.wrap_up` commits the promise, :mod:`~customer360.outbox.delivery` keeps it,
:mod:`~customer360.outbox.inbox` shows people what is pending and takes their decisions.
"""
