"""Judges a received configuration while the pole runs, and stages it for the next start.

The message is retained, so it comes again with each session: its ``version`` makes it new, not ``n``.  It is checked
as a whole at the start; here it must be genuine, for this pole, and of a higher version than the one in force.
"""

from pole.security.open_message import read
from pole.wire import ack_reasons, contract, fields
from pole.wire.digest import hash_of

_NEXT = "config.next.json"  # as in settings/at_start.py, which is not loaded while the pole runs
_VERSIONS = 1000000000


class Envelope:
    """The fields of the envelope that could be read, as of a Verdict: ``key``, ``sender``, ``n`` may be None.

    ``signed``: the MAC under a configured key is right.  ``mark``: (name, n) to be stored before anything is applied,
    None while it is not known to be genuine and new.  ``body``: its text.  ``heard``: see a Verdict.
    """

    def __init__(self):
        self.key = self.sender = self.n = self.mark = self.body = None
        self.signed = self.heard = False


def judge(topic, payload, now, settings, store, digest, nonce="", message=None):
    """(fields of an ack or None, whether it waits for a start now).  *digest*: hash of the *settings* in force;
    *nonce*: that of the flashing; *message*: the Envelope to be filled.

    Never raises anything but MemoryError, for any bytes.
    """
    message = message or Envelope()
    try:
        body = read(message, topic, payload, settings["keys"], {}, now, settings["pole"], nonce)
        from pole.settings import state_file

        text = message.body.encode()
        theirs = hash_of(text)
        if theirs == digest:
            return None, False
        _check(message, body, settings)
        state = state_file.read_state(store)
        why = state_file.undone(state, theirs)
        if why:
            raise fields.Refused(*why)
        _check_version(body, settings)
        if store.read(_NEXT) == text:  # staged already: it would wait without end
            raise fields.Refused(ack_reasons.NOT_STORED, "the last start could not bring it in force")
        try:
            state["asked"] = [theirs, message.key, message.sender, message.n]
            state_file.write(store, state)
            store.write(_NEXT, text)
        except OSError as error:
            raise fields.Refused(
                ack_reasons.NOT_STORED, "the configuration could not be stored: " + str(error)
            ) from None
        return None, True
    except fields.Refused as refused:
        reason, detail = refused.args
    ack = {"key": message.key, "sender": message.sender, "n": message.n}
    ack["outcome"], ack["reason"], ack["detail"] = ack_reasons.REJECTED, reason, detail
    return ack, False


def _check(message, body, settings):
    if message.signed and message.key != settings["pole"]:
        detail = "key is %s and must be the pole's own, %s" % (fields.shown(message.key), settings["pole"])
        raise fields.Refused(ack_reasons.BAD_MAC, detail)
    for name in ("site", "pole"):
        if body.get(name) != settings[name]:
            fields.refuse(ack_reasons.BAD_FIELD, body, name, contract.quoted(settings[name]))
    if "keys" in body:
        raise fields.Refused(ack_reasons.BAD_FIELD, "keys must be left out: they change by flashing or by rekey")


def _check_version(body, settings):
    version = fields.number(body, "version", 0, _VERSIONS, ack_reasons.BAD_FIELD)
    if version <= settings["version"]:
        detail = "version is %d and must be above %d, which is in force" % (version, settings["version"])
        raise fields.Refused(ack_reasons.REPLAYED, detail)
