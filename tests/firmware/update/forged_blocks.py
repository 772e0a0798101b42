"""Blocks of a signature that a lenient check would take for right, and the module with their signatures.

To sign one takes MicroPython seconds, so the signatures are kept in forged_signatures.py, which
`python -m tests.firmware.update.forged_blocks > tests/firmware/update/forged_signatures.py` writes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from tests.firmware.update.key_pair import INFO, MODULUS, block, raw

TEXT = b'{"board":"esp32-devkitc","bytes":112265,"version":"0.2.0"}'
HASH = hashlib.sha256(TEXT).digest()
WHOLE = INFO + HASH
NAME = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"  # of SHA-256
FORMS = {  # DigestInfo in other ways that a lenient reader of ASN.1 takes for the same
    "without NULL": b"\x30\x2f\x30\x0b" + NAME + b"\x04\x20",
    "BER: a long length": b"\x30\x81\x31\x30\x0d" + NAME + b"\x05\x00\x04\x20",
    "BER: a longer length": b"\x30\x82\x00\x31\x30\x0d" + NAME + b"\x05\x00\x04\x20",
    "BER: a long length inside": b"\x30\x32\x30\x81\x0d" + NAME + b"\x05\x00\x04\x20",
    "BER: a long length of NULL": b"\x30\x32\x30\x0e" + NAME + b"\x05\x81\x00\x04\x20",
    "BER: a long length of the hash": b"\x30\x32\x30\x0d" + NAME + b"\x05\x00\x04\x81\x20",
    "BER: indefinite": b"\x30\x80\x30\x0d" + NAME + b"\x05\x00\x04\x20",
    "bytes as parameters": b"\x30\x35\x30\x11" + NAME + b"\x04\x04abcd\x04\x20",
    "the name of SHA-1": b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x20",
    "the name of SHA-384": b"\x30\x31\x30\x0d" + NAME[:-1] + b"\x02\x05\x00\x04\x20",
    "a NULL with a byte": b"\x30\x31\x30\x0d" + NAME + b"\x05\x01\x04\x20",
    "another kind of list": b"\x31" + INFO[1:],
    "the hash alone": b"",
}


def filled(start: bytes, rest: bytes = b"", fill: bytes = b"\0") -> bytes:
    """A block of 384 bytes: *start*, as much of *fill* as is missing, and *rest*."""
    return start + fill * (384 - len(start) - len(rest)) + rest


def blocks() -> Iterator[tuple[str, bytes]]:
    """(what is wrong with it, block); the first is the right one."""
    right = block(WHOLE)
    yield "right", right
    for what, form in FORMS.items():
        yield what, block(form + HASH)
    short = b"\x00\x01" + b"\xff" * 8 + b"\x00"
    # Bleichenbacher 2006, CVE-2006-4339, and its kin
    yield "garbage behind the hash", filled(short + WHOLE)
    yield "other garbage behind the hash", filled(short + WHOLE, fill=b"\xff")
    yield "one byte of padding, garbage", filled(b"\x00\x01\xff\x00" + WHOLE, b"\x01")
    yield "no padding, garbage", filled(b"\x00\x01\x00" + WHOLE)
    yield "one byte behind the hash", block(WHOLE + b"\0")
    yield "one byte behind the hash, as of the padding", block(WHOLE + b"\xff")
    yield "garbage before DigestInfo", filled(short, WHOLE)
    yield "garbage in DigestInfo", filled(short + INFO[:17], b"\x04\x20" + HASH)
    yield "garbage as padding", filled(b"\x00\x01" + b"\xff" * 300 + b"\x00", WHOLE, b"\xfe")
    yield "padding of another byte", filled(b"\x00\x01", b"\x00" + WHOLE, b"\xfe")
    yield "padding with one other byte", right[:100] + b"\xfe" + right[101:]
    yield "padding that ends twice", right[:100] + b"\x00" + right[101:]
    yield "padding without an end", filled(b"\x00\x01", WHOLE, b"\xff")
    yield "a block of encryption", filled(b"\x00\x02", b"\x00" + WHOLE, b"\xff")
    yield "a block of kind 0", filled(b"\x00\x00", WHOLE)
    yield "a first byte that is not 0", b"\x01" + right[1:]
    yield "one byte further on", right[1:] + b"\0"
    yield "a hash cut short", block(INFO + HASH[:31])
    yield "a hash with another last byte", block(WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]))
    yield "another text's hash", block(INFO + hashlib.sha256(TEXT + b" ").digest())
    yield "another function's hash", block(INFO + hashlib.sha3_256(TEXT).digest())
    yield "an empty block", bytes(384)


def signatures() -> Iterator[tuple[str, str]]:
    """(what, signature in base64) of each block that is below the modulus."""
    for what, one in blocks():
        assert len(one) == 384
        if int.from_bytes(one, "big") < MODULUS:
            yield what, base64.b64encode(raw(one)).decode()


def main() -> None:
    """Prints the module."""
    print('"""Signatures of the blocks in forged_blocks.py, which writes this file."""\n')
    print(f"TEXT = {TEXT!r}")
    print("SIGNATURES = (")
    for what, text in signatures():
        lines = "\n".join(f'        "{text[at : at + 100]}"' for at in range(0, len(text), 100))
        print(f'    (\n        "{what}",\n{lines},\n    ),')
    print(")")


if __name__ == "__main__":
    main()
