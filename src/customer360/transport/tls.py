"""One TLS context for the whole process: making one takes longer than a request."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from customer360.core.errors import InvalidSettings


@lru_cache(maxsize=8)
def tls_context(ca: str | None = None) -> ssl.SSLContext:
    """The context to verify servers with; the same object for the same ``ca``.

    ``ca`` is a PEM file or a directory of hashed certificates, and then the *only* authority: no environment variable
    widens or replaces it (R15). Without it the system's trust store decides (truststore if installed, else OpenSSL's
    own default).
    """
    if ca is None:
        try:
            import truststore
        except ImportError:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_default_certs()
        else:
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        # Not ssl.create_default_context: that writes session keys to SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(**{"capath" if Path(ca).is_dir() else "cafile": ca})
        except (OSError, ssl.SSLError):
            raise InvalidSettings("the CA bundle cannot be read", next_step="give the path of a PEM file") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
