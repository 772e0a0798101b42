"""What the Host of a request may be: the names by which browsers reach this console, with their port."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from host_tools.errors import CommandError

LOCAL = ("127.0.0.1", "localhost", "[::1]")
_EVERY = ("0.0.0.0", "::")  # is no name of its own


def hosts(address: str, port: int, certificate: Path | None, proxies: Iterable[str]) -> tuple[str, ...]:
    """Of a console at *address* and *port*; the names in its *certificate* too, and those of *proxies* as they are.

    A browser leaves out the port that its scheme has anyway.  Raises CommandError.
    """
    own = [*LOCAL, *([] if address in _EVERY else [f"[{address}]" if ":" in address else address])]
    own += named_in(certificate) if certificate else []
    usual = 443 if certificate else 80
    out = [f"{name}:{port}" for name in own] + (own if port == usual else [])
    return tuple(dict.fromkeys([*out, *proxies]))


def named_in(certificate: Path) -> list[str]:
    """The names and addresses that *certificate* (PEM) is for.  Raises CommandError."""
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    except OSError as error:
        raise CommandError(f"--tls-cert {certificate} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise CommandError(f"--tls-cert {certificate} must be a certificate in PEM: {error}") from error
    addresses = [str(one) for one in names.get_values_for_type(x509.IPAddress)]
    return [*names.get_values_for_type(x509.DNSName), *(f"[{one}]" if ":" in one else one for one in addresses)]
