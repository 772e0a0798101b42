"""The city's answer to a pole that asks for the time: the city is one of the witnesses of its clock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from host_tools.keys.key import Key
from host_tools.wire.from_pole import TimeQuestion, read
from host_tools.wire.topics import cut
from pole.wire import city_side, contract

LONGEST = 100  # characters of a nonce


def time_answer(topic: str, question: bytes, unix_ms: int, keys: Mapping[str, Key]) -> tuple[str, bytes] | None:
    """(topic, payload) that answers *question*, received on *topic*, at *unix_ms* (Unix milliseconds).

    It is signed with the pole's own key, the one of *keys* with the pole's name; without any keys it is not signed,
    which only a pole without keys accepts.  None: it is no request, or there is no key of the pole's.
    """
    where = cut(topic)
    said = read(where, question) if where else None
    if where is None or not isinstance(said, TimeQuestion) or len(said.nonce) > LONGEST or not said.nonce.isalnum():
        return None
    key = keys.get(said.pole)
    if keys and key is None:
        return None
    to = str(where._replace(kind=contract.TIME_ANSWER))
    values = {"v": contract.VERSION, "nonce": said.nonce, "unixMs": unix_ms}
    if key:
        values["mac"] = mac(key.secret, to, said.nonce, unix_ms)
    return to, contract.encode(city_side.TIME_ANSWER, values).encode()


def mac(secret: bytes, topic: str, nonce: str, unix_ms: int) -> str:
    """HMAC-SHA256 of the answer, as 64 lower-case hexadecimal digits."""
    text = "\n".join((topic, nonce, str(unix_ms)))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
