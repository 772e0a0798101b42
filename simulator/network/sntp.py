"""The time server's side of SNTP (RFC 4330)."""

from __future__ import annotations

NTP_EPOCH = 2208988800  # Unix 0 in seconds since 1900


def timestamp(unix_ms: int) -> bytes:
    """The 64-bit NTP timestamp of *unix_ms*."""
    seconds, ms = divmod(unix_ms, 1000)
    return ((seconds + NTP_EPOCH) % (1 << 32)).to_bytes(4, "big") + (ms * (1 << 32) // 1000).to_bytes(4, "big")


def answer(request: bytes, unix_ms: int) -> bytes:
    """What a stratum 2 server answers to *request* (48 bytes) at *unix_ms*: its transmit time comes back as origin."""
    now = timestamp(unix_ms)
    head = bytes([0b00_100_100, 2, 6, 0xEC]) + bytes(8) + b"\x0a\0\0\x02"
    return head + now + request[40:48] + now + now
