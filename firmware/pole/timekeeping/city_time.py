"""Asks the city for the time, and reads its answer: loaded for the moment in which one is sent or received.

``{v, nonce}`` asks.  ``{v, nonce, unixMs, mac}`` answers: ``nonce`` is the question's, ``unixMs`` Unix milliseconds
when the city answered, ``mac`` the HMAC-SHA256 of topic, nonce and unixMs with a line feed between, under the pole's
own key, in 64 lower-case hexadecimal digits.  The nonce was never used before, so no answer counts twice.
"""

import binascii

from pole.runtime import aio
from pole.timekeeping.clock import CITY
from pole.wire import contract


def ask(times):
    """Sends a question; *times* is the NetworkTime.

    A pole that has keys but none of its own does not ask: every holder of a shared key could set its time.
    """
    settings = times.settings
    pole = settings["pole"]
    if settings["keys"] and pole not in settings["keys"]:
        return
    times.topic = contract.topic(settings["link.root"], settings["site"], pole, contract.TIME_ANSWER)
    nonce = binascii.hexlify(times.nonce(8)).decode()
    times.asked = aio.ticks_ms()
    question = contract.encode(contract.FIELDS[contract.TIME], {"v": contract.VERSION, "nonce": nonce})
    times.question = nonce if times.put(question) else ""


def take(times, payload):
    """Hands the answer *payload* on, if it is the city's."""
    ticks = aio.ticks_ms()
    try:
        unix_ms = parse(times.topic, payload, times.question, times.settings["keys"].get(times.settings["pole"]))
    except ValueError:
        return  # not from the city: its answer may still come
    times.question = ""
    times.on_answer(unix_ms, aio.ticks_diff(ticks, times.asked), ticks, CITY)


def parse(topic, payload, nonce, key):
    """Unix ms of the city's answer *payload* (bytes) on *topic* to the question with *nonce*.

    *key*: 64 hexadecimal digits, None where the pole has no keys at all.  Raises ValueError for what is none.
    """
    if len(payload) > 300:
        raise ValueError
    from pole.security import hmac
    from pole.wire import json_reader

    fields = json_reader.parse(payload)
    if not isinstance(fields, dict) or fields.get("nonce") != nonce:
        raise ValueError
    unix_ms = fields.get("unixMs")
    if isinstance(unix_ms, bool) or not isinstance(unix_ms, int):
        raise ValueError
    if key:
        given = fields.get("mac")
        signed = "\n".join((topic, nonce, str(unix_ms)))
        right = binascii.hexlify(hmac.sha256(binascii.unhexlify(key), (signed.encode(),)))
        if not isinstance(given, str) or not hmac.same(given.encode(), right):
            raise ValueError
    return unix_ms
