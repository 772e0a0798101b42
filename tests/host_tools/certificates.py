"""A city's CA and the certificates of a broker and of poles, for tests; EC keys, which are made in a millisecond."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 365  # that a certificate is good for, from yesterday on unless told otherwise
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes

    def save(self, certificate: Path, key: Path | None = None) -> None:
        """Write both, the key into the same file where *key* is not given."""
        certificate.write_bytes(self.certificate + (self.key if key is None else b""))
        if key is not None:
            key.write_bytes(self.key)
            key.chmod(0o644)  # Mosquitto started as root reads it as another user


class Authority:
    """A CA that signs certificates."""

    def __init__(self, name: str = "Sagar street light CA") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
            decipher_only=False,
        )  # fmt: skip
        builder = self._builder(self._name, self._key.public_key(), 3650, -1)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._certificate = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(_PEM)

    def server(self, name: str, *, expired: bool = False, days_ahead: int = 0) -> Pair:
        """A broker's certificate for *name*, a host or an IP address; good from *days_ahead* days on, if not 0."""
        try:
            alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            alternative = x509.DNSName(name)
        begins = days_ahead or _begins(expired)
        return self._sign(name, ExtendedKeyUsageOID.SERVER_AUTH, begins, alternative)

    def client(self, name: str, *, expired: bool = False) -> Pair:
        """A pole's certificate."""
        return self._sign(name, ExtendedKeyUsageOID.CLIENT_AUTH, _begins(expired), None)

    def _sign(self, name: str, use: x509.ObjectIdentifier, begins: int, alternative: x509.GeneralName | None) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key(), DAYS, begins)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        if alternative is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        signed = builder.add_extension(authority, critical=False).sign(self._key, hashes.SHA256())
        secret = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Pair(signed.public_bytes(_PEM), secret)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int, begins: int
    ) -> x509.CertificateBuilder:
        begin = datetime.now(UTC) + timedelta(days=begins)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


def _begins(expired: bool) -> int:
    """Days from now."""
    return -DAYS - 2 if expired else -1
