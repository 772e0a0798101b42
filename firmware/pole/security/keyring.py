"""Changes a key: the new keys are stored first, and then in force."""

import json

from pole import const
from pole.drivers.flash.files import unread
from pole.wire import contract
from pole.wire.digest import hash_of

KEYS = const("keys.json")  # as in settings/at_start.py


def change(store, keys, name, key):
    """Stores *keys* with that change, and only then changes them in memory; why it could not, or ""."""
    new = dict(keys)
    if key is None:
        new.pop(name, None)
    else:
        new[name] = key
    text = store.read(KEYS)
    if unread(store, KEYS, text):
        return "the key could not be stored: " + KEYS + " cannot be read"
    try:
        over = json.loads(text or b"{}")["over"]
    except (ValueError, TypeError, KeyError):
        over = hash_of(contract.text_of(keys).encode())  # those the pole was flashed with, see settings/at_start.py
    try:
        store.write(KEYS, json.dumps({"over": over, "keys": new}).encode())
    except OSError as error:
        return "the key could not be stored: " + str(error)
    if key is None:
        keys.pop(name, None)
    else:
        keys[name] = key
    return ""
