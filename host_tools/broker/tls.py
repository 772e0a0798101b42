"""TLS towards the broker: always verified, chain and name."""

from __future__ import annotations

import ssl
from pathlib import Path

from host_tools.errors import BrokerError


def tls_context(ca: Path | None = None, certificate: Path | None = None) -> ssl.SSLContext:
    """A context for a broker whose certificate is signed by *ca* (PEM; default: the system's).

    *certificate* is a PEM file with our own certificate and its key.  SSL_CERT_FILE names the city's CA for programs
    that have no option for it.  Raises BrokerError when a file cannot be read.
    """
    file = ca
    try:
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        file = certificate or ca
        if certificate:
            context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BrokerError(f"the file {file} must hold PEM certificates: {reason}") from error
    return context
