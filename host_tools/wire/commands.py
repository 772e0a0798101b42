"""The bodies of commands in an envelope, as JSON text."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from host_tools.keys.key import Key
from host_tools.language.refusal import Refusal
from pole.wire import city_side, contract

_RESEND = ("type", "epoch", "from", "to")


def override(
    level: int,
    expiration: int,
    *,
    owner: str = "operator",
    reason: str = "",
    ref: str = "",
    address: str = "",
    start: int | None = None,
    ramp_s: int | None = None,
) -> str:
    """Body of a command that holds *level* percent (0-100) until *expiration* (Unix s).

    *ref* is the city's own reference (cmsRefId), *address* who asked for it (refAddress), *start* Unix s, *ramp_s* 0
    to 3600.  Raises CommandError.
    """
    _owner(owner)
    _within("the level", level, 0, 100, "percent")
    _short("the reason", reason, 80)
    _short("the reference", ref, 64)
    _short("the address", address, 64)
    values: Mapping[str, Any] = {"type": "override", "owner": owner, "level": level, "expiration": expiration}
    values = {**values, **({"reason": reason} if reason else {}), **({"cmsRefId": ref} if ref else {})}
    if address:
        values = {**values, "refAddress": address}
    if start is not None:
        values = {**values, "start": start}
    if ramp_s is not None:
        _within("the ramp", ramp_s, 0, 3600, "s")
        values = {**values, "rampToLevelTime": ramp_s}
    text: str = contract.encode(city_side.OVERRIDE, values)
    return text


def cancel(owner: str = "operator", ref: str = "") -> str:
    """Body of a command that ends what *owner* holds: all, or what has the reference *ref*.  Raises CommandError."""
    _owner(owner)
    _short("the reference", ref, 64)
    values = {"type": "cancel", "owner": owner, **({"cmsRefId": ref} if ref else {})}
    text: str = contract.encode(city_side.CANCEL, values)
    return text


def rekey(own: Key, name: str, key: Key | None, sender: str, n: int) -> str:
    """Body of the command *n* of *sender* that makes *key* the pole's key called *name*; None removes that.

    It is sent wrapped under *own*, the pole's own key, under which the command is to be sealed with the same *n*; a
    random nonce makes the pad of each message unique, even if *n* were ever the same.
    """
    values: dict[str, Any] = {"type": "rekey", "name": name, "wrapped": None}
    if key:
        values["nonce"] = secrets.token_hex(16)
        text = "\n".join(("diya rekey", name, sender, str(n), values["nonce"]))
        pad = hmac.new(own.secret, text.encode(), hashlib.sha256).digest()
        values["wrapped"] = bytes(one ^ other for one, other in zip(key.secret, pad, strict=True)).hex()
    body: str = contract.encode(city_side.REKEY, values)
    return body


def resend(epoch: str, low: int, high: int) -> str:
    """Body of the command that asks for the records *low* to *high* of *epoch* again."""
    text: str = contract.encode(_RESEND, {"type": "resend", "epoch": epoch, "from": low, "to": high})
    return text


def _owner(owner: str) -> None:
    if owner not in contract.COMMAND_OWNERS:
        raise Refusal("commands.the_owner", owner=repr(owner), owners=", ".join(contract.COMMAND_OWNERS))


def _within(name: str, value: int, low: int, high: int, unit: str) -> None:
    if not low <= value <= high:
        raise Refusal("commands.within", name=name, value=value, low=low, high=high, unit=unit)


def _short(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise Refusal("commands.short", name=name, many=len(value), most=most)
