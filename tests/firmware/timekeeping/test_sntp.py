"""What is believed of a time server's answer."""

import struct

from pole.timekeeping import sntp

NONCE = b"\x01\x02\x03\x04\x05\x06\x07\x08"
UNIX = 1795500000  # 2026-11-24
EPOCH = 2208988800


def answer(first=0x24, stratum=2, origin=NONCE, seconds=UNIX + EPOCH, fraction=1 << 31):
    head = bytes((first, stratum, 6, 0xEC)) + bytes(12) + struct.pack(">II", seconds & 0xFFFFFFFF, 0)
    return head + origin + bytes(8) + struct.pack(">II", seconds & 0xFFFFFFFF, fraction)


def problem(reply):
    try:
        sntp.parse(reply, NONCE)
    except ValueError as error:
        return str(error)
    raise AssertionError("believed")


def test_the_request_is_a_client_s_and_carries_the_nonce():
    request = sntp.request(NONCE)
    assert len(request) == 48 and request[0] == 0x23 and request[40:] == NONCE and request[1:40] == bytes(39)


def test_a_good_answer_is_unix_milliseconds():
    assert sntp.parse(answer(), NONCE) == UNIX * 1000 + 500
    assert sntp.parse(answer(fraction=0), NONCE) == UNIX * 1000
    assert sntp.parse(answer(fraction=0xFFFFFFFF), NONCE) == UNIX * 1000 + 999
    assert sntp.parse(answer() + b"extension", NONCE) == UNIX * 1000 + 500


def test_time_goes_on_after_february_2036():
    last = 0xFFFFFFFF - EPOCH
    assert sntp.parse(answer(seconds=0xFFFFFFFF, fraction=0), NONCE) == last * 1000
    assert sntp.parse(answer(seconds=0x100000001, fraction=0), NONCE) == (last + 2) * 1000


def test_a_bad_answer_is_refused_with_its_reason():
    assert "20 bytes" in problem(answer()[:20])
    assert "0 bytes" in problem(b"")
    assert "mode 3" in problem(answer(first=0x23))
    assert "origin" in problem(answer(origin=b"\x01\x02\x03\x04\x05\x06\x07\x09"))
    assert "stratum 0" in problem(answer(stratum=0))
    assert "stratum 16" in problem(answer(stratum=16))
    assert "not synchronised" in problem(answer(first=0xE4))
    assert "no transmit time" in problem(answer(seconds=0))
