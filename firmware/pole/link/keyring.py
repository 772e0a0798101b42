"""A key that changes: stored first, and then in force."""

import binascii
import hashlib
import json

from pole import const, contract

KEYS = const("keys.json")  # as in config_files.py


def change(store, keys, name, key):
    """Stores *keys* with that change, and only then makes it in them; why it could not, or ""."""
    new = dict(keys)
    if key is None:
        new.pop(name, None)
    else:
        new[name] = key
    try:
        over = json.loads(store.read(KEYS) or b"{}")["over"]
    except (ValueError, TypeError, KeyError):
        # the hash of those the pole was flashed with, as config_files.py has it, which there is no memory for now
        over = binascii.hexlify(hashlib.sha256(contract.text_of(keys).encode()).digest()[:8]).decode()
    try:
        store.write(KEYS, json.dumps({"over": over, "keys": new}).encode())
    except OSError as error:
        return "the key could not be stored: " + str(error)
    if key is None:
        keys.pop(name, None)
    else:
        keys[name] = key
    return ""
