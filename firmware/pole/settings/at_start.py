"""Chooses the configuration in force at the start; puts a received one in force, or takes it back.

    config.json        in force            config.good.json   the one before it
    config.next.json   staged: to come in force at the next start
    config.state.json  see settings/state_file.py
    keys.json    the keys, once one was changed by a command

All of it happens at the start, before the app is loaded: there is the memory to check a configuration as a whole.
Every step replaces, renames or removes one file, and each start begins at the first step that is not done.  So after a
power cut at any point the old configuration or the new one is in force, and the next start does the rest:

    in force and undone  removed: the one before is then the newest
    staged and undone    removed
    staged and invalid   undone (the state), then removed
    staged and valid  on trial (the state); the one in force becomes the one before (rename); then it takes its
                            place (rename)

A file that is there and cannot be read is not a file that is missing: for that start nothing is removed or written in
its place, and where it holds keys, no message is genuine.
"""

import json

from pole import const
from pole.drivers.flash.files import unread
from pole.settings import schema, state_file
from pole.wire import ack_reasons, contract
from pole.wire.digest import hash_of

NEXT = const("config.next.json")
KEYS = const("keys.json")
_DEATHS = const(3)  # early ones, on trial

# where the one in force comes from
_STORE = const(0)
_BEFORE = const(1)
_FLASHED = const(2)


def in_force(store, factory, early_deaths=0):
    """The settings in force, the file they come from, and for Configuring (hash, trial, untold).

    The newest valid ones are taken: ``config.json`` of the data *store*, the ones before it, those the pole was flashed
    with (*factory*), these first when theirs is a higher version.  Without any the pole still lights its street: on,
    all night and all day, and it has no link.  *early_deaths*: early resets in a row before this start.
    """
    flashed = _flashed(factory)
    state = state_file.read_state(store)
    try:
        if not unread(store, state_file.NAME, store.read(state_file.NAME)):
            _take_back(store, state, early_deaths)
            _bring_in(store, state, flashed)
    except OSError as error:  # the settings in force light the street all the same; the next start tries again
        print("diya: a configuration could not be brought in force: " + str(error))
    settings, digest, source = _newest(store, factory, flashed, state)
    _apply_changed_keys(store, settings, bool(flashed))
    trial = state["trial"]
    touches_link = trial[1] if trial and source == _STORE and trial[0] == digest else None
    origin = (schema.NAME, schema.LAST_GOOD, schema.NAME if digest else "none")[source]
    return settings, origin, (digest, touches_link, state["untold"])


def _flashed(factory):
    """The settings the pole was flashed with, as they are in the file; empty where they are not valid."""
    text = factory.read(schema.NAME)
    if text is None:
        return {}
    try:
        given = schema.parse(text)
        schema.complete(given)
        return given
    except schema.ConfigError as error:
        print("diya: what the pole was flashed with: " + str(error))
        return {}


def _take_back(store, state, early_deaths):
    text = store.read(schema.NAME)
    if not text:
        return
    digest = hash_of(text)
    if early_deaths >= _DEATHS and state["trial"] and state["trial"][0] == digest:
        detail = "the pole died %d times after it came in force" % early_deaths
        state_file.condemn(state, digest, ack_reasons.REVERTED, detail)
        state_file.write(store, state)
    if state_file.undone(state, digest):
        store.remove(schema.NAME)


def _bring_in(store, state, flashed):
    text = store.read(NEXT)
    if text is None:
        return
    digest = hash_of(text)
    if not state_file.undone(state, digest):
        before, _, source = _newest(store, None, flashed, state)
        link = _link(before)
        before = None  # both at once may be more than there is room for
        try:
            touches_link = _link(_complete(schema.parse(text), flashed)) != link
        except schema.ConfigError as error:
            more = len(error.problems) - 1
            detail = error.problems[0] + (" (and %d more)" % more if more else "")
            state_file.condemn(state, digest, ack_reasons.BAD_FIELD, detail)
            state_file.write(store, state)
        except MemoryError:
            detail = "the configuration has %d bytes and the pole has no memory for it" % len(text)
            state_file.condemn(state, digest, ack_reasons.TOO_LARGE, detail)
            state_file.write(store, state)
        else:
            state["trial"] = [digest, touches_link]
            state["untold"] = False
            state_file.write(store, state)
            if source == _STORE:
                store.rename(schema.NAME, schema.LAST_GOOD)
            store.rename(NEXT, schema.NAME)
            return
    store.remove(NEXT)


def _newest(store, factory, flashed, state):
    """(settings, hash, where from); with *factory* None without the hash of those that were flashed.

    One that was undone is skipped, in case it could not be removed from the flash.
    """
    for source, name in ((_STORE, schema.NAME), (_BEFORE, schema.LAST_GOOD)):
        text = store.read(name)
        digest = hash_of(text) if text else ""
        if text and not state_file.undone(state, digest):
            try:
                settings = _complete(schema.parse(text), flashed)
                if settings["version"] >= flashed.get("version", 0):
                    return settings, digest, source
            except schema.ConfigError as error:
                print("diya: " + name + ": " + str(error))
    if not flashed:
        return schema.complete(schema.UNCONFIGURED), "", _FLASHED
    return schema.complete(flashed), hash_of(factory.read(schema.NAME)) if factory else "", _FLASHED


def _complete(given, flashed):
    """Settings from *given*, which was received, with keys and link as they were *flashed* where it has none.

    So secrets need not be sent.  Raises ConfigError.
    """
    for name in flashed:
        if name not in given and (name == "keys" or name.startswith("link.")):
            given[name] = flashed[name]
    return schema.complete(given)


def _link(settings):
    return [settings[name] for name in sorted(settings) if name.startswith("link.")]


def _apply_changed_keys(store, settings, sure):
    """Replaces the keys that the pole was flashed with by those that were changed by a command (*sure*: the flashed
    keys are known).

    A pole that was flashed with other keys since then has those: so a pole whose keys are lost can be recovered.  A key
    that could not be read is "", under which no message is genuine.
    """
    text = store.read(KEYS)
    if unread(store, KEYS, text):
        settings["keys"] = dict([(name, "") for name in settings["keys"]])
        sure = sure and bool(settings["keys"])
    elif text:
        try:
            saved = json.loads(text)
            keys = dict(saved["keys"])
            over = saved["over"]
            if not schema.check_keys(keys):
                if not sure or over == hash_of(contract.text_of(settings["keys"]).encode()):
                    settings["keys"] = keys
                    return
                print("diya: " + KEYS + " is not of this pole's keys any more")
                store.remove(KEYS)
        except (ValueError, TypeError, KeyError):  # the file stays: the next start may be able to read it
            print("diya: " + KEYS + " cannot be read")
    if not sure:
        settings["keys"] = {"": ""}
