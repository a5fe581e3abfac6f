"""From a connector's request to the wire and back.

:class:`~customer360.transport.exchange.Exchange` is the one place where a token meets a URL, where hosts are checked,
and where anything is sent twice. It is an operation like all others; what it decides with (retry, limits, circuit) are
pure state machines in rooms of their own. The ports at the end (:mod:`~customer360.transport.httpx_adapter`) carry
bytes and know nothing of CRMs.
"""
