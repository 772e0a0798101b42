"""Signatures: RSA-3072, PKCS #1 v1.5 with SHA-256.

The same bytes for the same text each time, so a bundle can be made again byte for byte; and a pole can check one with
nothing but `pow(signature, 65537, modulus)`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from host_tools.errors import DiyaError
from host_tools.files import create_secret

BITS = 3072
_EXPONENT = 65537


class SigningKeyError(DiyaError):
    """A key for signatures cannot be read, written or used."""


class Signer:
    """The city's private key."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> bytes:
        """The public key that goes with it, PEM."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def modulus(self) -> bytes:
        """The modulus of the public key: the number that poles keep, its highest byte first."""
        return self._key.public_key().public_numbers().n.to_bytes(BITS // 8, "big")

    def sign(self, text: bytes) -> bytes:
        return self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def read_signer(path: Path, new: bool = False) -> Signer:
    """The private key in the PEM file at *path*; with *new* it is made when there is none.  Raises SigningKeyError."""
    if new and not path.exists():
        made = rsa.generate_private_key(_EXPONENT, BITS)
        text = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            create_secret(path, text.decode())
        except OSError as error:
            raise SigningKeyError(f"the signing key {path} cannot be written: {error.strerror}") from error
    try:
        data = path.read_bytes()
    except OSError as error:
        more = ": --new-key makes one" if not path.exists() else ""
        raise SigningKeyError(f"the signing key {path} cannot be read ({error.strerror}){more}") from error
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(f"the signing key {path} must be a private key in PEM, without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != BITS:
        raise SigningKeyError(f"the signing key {path} must be an RSA key of {BITS} bits")
    if key.public_key().public_numbers().e != _EXPONENT:  # poles check with this one alone
        raise SigningKeyError(f"the signing key {path} must have the public exponent {_EXPONENT}")
    return Signer(key)


def genuine(text: bytes, signature: bytes, public: bytes) -> bool:
    """Whether *signature* of *text* was made with the private key that goes with *public* (PEM)."""
    key = _public(public)
    if key is None:
        return False
    try:
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def read_public(path: Path) -> bytes:
    """The public key in the PEM file at *path*, which may also be a private key's.  Raises SigningKeyError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SigningKeyError(f"the key {path} cannot be read: {error.strerror}") from error
    if b"PRIVATE KEY" in data:
        return read_signer(path).public
    if _public(data) is None:
        raise SigningKeyError(f"the key {path} must be an RSA public key of {BITS} bits in PEM")
    return data


def fingerprint(public: bytes) -> str:
    """A short name for *public* (PEM), to be compared by people: 16 hexadecimal digits of its SHA-256."""
    key = _public(public)
    if key is None:
        return "?"
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(encoding, form)).hexdigest()[:16]


def print_of(public: bytes) -> str:
    """What a pole's birth says of *public* (PEM): the first 8 hexadecimal digits of the SHA-256 of its modulus."""
    key = _public(public)
    if key is None:
        return ""
    return hashlib.sha256(key.public_numbers().n.to_bytes(BITS // 8, "big")).hexdigest()[:8]


def same(one: bytes, other: bytes) -> bool:
    """Whether two public keys (PEM) are the same."""
    first, second = _public(one), _public(other)
    return first is not None and second is not None and first.public_numbers() == second.public_numbers()


def _public(data: bytes) -> rsa.RSAPublicKey | None:
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    sound = isinstance(key, rsa.RSAPublicKey) and key.key_size == BITS and key.public_numbers().e == _EXPONENT
    return key if sound and isinstance(key, rsa.RSAPublicKey) else None
