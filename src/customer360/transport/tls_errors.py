"""Why a TLS handshake failed, in words that help."""

from __future__ import annotations

import ssl

from customer360.core.errors import ConnectFailed


def handshake_failed(error: OSError) -> ConnectFailed:
    """A certificate that does not verify is final; anything else may pass."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectFailed(
            f"the server's certificate is not trusted ({error.verify_message}); nothing was sent",
            next_step="if a company proxy opens TLS, give its CA as ca=; otherwise treat this as an attack",
            retryable=False,
        )
    return ConnectFailed("no secure connection could be made; nothing was sent", next_step="check proxy and network")
