"""The pole's check of signatures against the library's, for keys, texts and signatures of all kinds."""

from __future__ import annotations

import random
from functools import cache

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from pole.update import signer
from pole.update.verify import genuine
from tests.firmware.update import forged_blocks, forged_signatures
from tests.firmware.update.key_pair import KEY, MODULUS, PEM, PRIVATE, block, raw


@cache
def key_of(number: int) -> rsa.RSAPrivateKey:
    """The same one in a process; making one takes half a second."""
    return rsa.generate_private_key(65537, 3072)


def modulus_of(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_numbers().n.to_bytes(384, "big")


def by_library(text: bytes, signature: bytes, key: rsa.RSAPrivateKey) -> bool:
    try:
        key.public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@given(st.binary(max_size=900), st.integers(0, 2))
@settings(max_examples=40)
def test_what_the_library_signs_is_right_under_its_key_alone(text: bytes, number: int) -> None:
    signature = key_of(number).sign(text, padding.PKCS1v15(), hashes.SHA256())
    assert genuine(text, signature, modulus_of(key_of(number)))
    assert not genuine(text, signature, modulus_of(key_of((number - 1) % 3)))


@given(st.binary(max_size=100), st.integers(0, 1 << 30))
@settings(max_examples=150)
def test_the_library_and_the_pole_judge_any_bytes_the_same(text: bytes, seed: int) -> None:
    draw = random.Random(seed)
    signature = bytearray(key_of(0).sign(text, padding.PKCS1v15(), hashes.SHA256()))
    for _ in range(draw.randint(0, 2)):
        at = draw.randrange(len(signature) + 1)
        signature[at : at + draw.randint(0, 2)] = draw.randbytes(draw.randint(0, 2))
    assert genuine(text, bytes(signature), modulus_of(key_of(0))) == by_library(text, bytes(signature), key_of(0))


@pytest.mark.parametrize("hash_", [hashes.SHA1(), hashes.SHA384(), hashes.SHA512(), hashes.SHA3_256()])
def test_another_hash_or_another_scheme_is_refused(hash_: hashes.HashAlgorithm) -> None:
    key = modulus_of(key_of(0))
    if not isinstance(hash_, hashes.SHA3_256):
        assert not genuine(b"text", key_of(0).sign(b"text", padding.PKCS1v15(), hash_), key)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    assert not genuine(b"text", key_of(0).sign(b"text", pss, hashes.SHA256()), key)


@pytest.mark.parametrize(("bits", "exponent"), [(2048, 65537), (4096, 65537), (3072, 3)])
def test_other_keys_are_none_on_a_pole(bits: int, exponent: int) -> None:
    other = rsa.generate_private_key(exponent, bits)
    pem = other.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert signer.of_pem(pem) is None
    signature = other.sign(b"text", padding.PKCS1v15(), hashes.SHA256())
    assert not genuine(b"text", signature, other.public_key().public_numbers().n.to_bytes(bits // 8, "big"))


def test_the_pair_of_the_tests_is_the_librarys() -> None:
    key = serialization.load_pem_public_key(PEM)
    assert isinstance(key, rsa.RSAPublicKey) and key.public_numbers().n == MODULUS == int.from_bytes(KEY, "big")
    assert pow(pow(5, PRIVATE, MODULUS), 65537, MODULUS) == 5


def test_the_forged_signatures_are_those_of_the_forged_blocks() -> None:
    assert list(forged_signatures.SIGNATURES) == list(forged_blocks.signatures())
    assert forged_signatures.TEXT == forged_blocks.TEXT and len(forged_signatures.SIGNATURES) > 30


def test_a_block_with_any_one_byte_changed_is_refused_with_a_signature_by_the_true_key() -> None:
    right = block(forged_blocks.WHOLE)
    for at in range(1, 384, 16):  # above, the number would be larger than the modulus
        changed = right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :]
        assert not genuine(forged_blocks.TEXT, raw(changed), KEY), at
