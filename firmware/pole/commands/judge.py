"""Judges commands: first whether a command is genuine and new, then whether the pole may do what it asks for.

Pure: a verdict is a value.  The caller stores the verdict's mark, then applies it, then sends the ack.
"""

from pole import const
from pole.commands.verdict import Verdict
from pole.runtime.aio import ticks_diff
from pole.security.open_message import read
from pole.wire import ack_reasons, contract
from pole.wire.fields import Refused

_HOUR_MS = const(3600000)
SHARED_AN_HOUR = 120  # messages under one shared key that are obeyed in an hour: each writes to the flash


class Commands:
    """Judges commands with *keys* {name: 64 hexadecimal digits} and *marks* {name: n}; changes neither.

    A key named like the pole is the pole's *own* (where that is left out: like the pole of the topic).  Every other key
    is shared, so its commands, like those on a group's topic, cannot take the light below the site's floor.  *nonce*:
    that of the flashing, "" without keys; until the first message under the own key since then, a shared key can only
    raise the light.
    """

    def __init__(self, keys, marks, own=None, nonce=""):
        self._keys = keys
        self._marks = marks
        self._own = own
        self._nonce = nonce

    def take(self, topic, payload, now, floor, unclocked_level=100, forgetful=False):
        """Verdict on *payload* (bytes; None when it was too large) on *topic*.  Never raises, for any bytes.

        *now*: Unix s, None when the clock is unknown.  *floor*: percent.  *unclocked_level*: percent the lamp has
        without a clock and without commands (photocell or default), below which no command may go meanwhile.
        *forgetful*: the pole has lost its marks, so any command may be a replayed one: it takes none that lowers light.
        """
        verdict = Verdict()
        levels = topic.split("/")
        to_many = levels[-2:-1] == ["_all"] or levels[-3:-2] == ["_group"]
        own = self._own or ("" if to_many else "".join(levels[-2:-1]))
        try:
            body = read(verdict, topic, payload, self._keys, self._marks, now, own, self._nonce)
            verdict.shared = verdict.signed and verdict.key != own
            shared = to_many or verdict.shared
            if body.get("type") == "rekey":
                from pole.security.rekey import rekey

                verdict.rekey = rekey(verdict, body, self._keys, shared, now, forgetful)
            else:
                from pole.commands.body import understand

                understand(verdict, body, now, floor if shared else 0, unclocked_level, forgetful)
            verdict.outcome = ack_reasons.APPLIED
        except Refused as refused:
            verdict.reason, verdict.detail = refused.args
        except MemoryError:
            verdict.reason, verdict.detail = (
                ack_reasons.BUSY,
                "no memory for a message now: send it again",
            )
            verdict.mark = None  # it may come again as it is
        if verdict.signed and verdict.mark and verdict.key == own:
            verdict.issued = verdict.n // 1000
        return verdict


def ration(verdict, spent, ticks):
    """Refuses an accepted *verdict* where more messages came under its shared key than may be written to flash.

    *spent*: {shared key: (messages, ticks of the first)} within an hour; counts one more.
    """
    count, since = spent.get(verdict.key, (0, ticks))
    if not 0 <= ticks_diff(ticks, since) < _HOUR_MS:
        count, since = 0, ticks
    spent[verdict.key] = (min(count + 1, SHARED_AN_HOUR + 1), since)
    if count >= SHARED_AN_HOUR:
        verdict.mark = None
        verdict.outcome, verdict.reason = contract.REJECTED, contract.BUSY
        text = "more than %d messages in an hour came under the shared key " % SHARED_AN_HOUR
        verdict.detail = text + verdict.key


def judged(commanding, topic, payload, now, ticks, unclocked_level):
    """The verdict on a message to *commanding*, its ration counted; the rest as for ``Commands.take``."""
    judge = Commands(commanding.keys, commanding.marks, commanding.own, commanding.nonce)
    verdict = judge.take(topic, payload, now, commanding.floor, unclocked_level, commanding.forgetful)
    if verdict.shared and verdict.mark:
        ration(verdict, commanding.spent, ticks)
    return verdict
