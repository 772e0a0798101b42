"""What a command asks for, and whether the pole may do it.

Pure: a verdict is a value.  The caller stores the verdict's mark, then applies it, then sends the ack.
"""

from pole import const, contract
from pole.lighting.arbiter import Override
from pole.link import envelope

_LONGEST_S = const(366 * 86400)  # an override ends within a year
_UNCLOCKED_S = const(3600)  # without a clock, within an hour
_LATEST = const(4102444800)  # 2100, Unix s


class Cancel:
    """Overrides of *owner* are to end: the one with *ref*, or all of them when it is None."""

    def __init__(self, owner, ref):
        self.owner = owner
        self.ref = ref


class Verdict(envelope.Envelope):
    """What the pole makes of a message: what could be read of its envelope, and

    outcome     contract.APPLIED (it may be applied) or contract.REJECTED
    reason      why it was rejected (contract), "" when it was not
    detail      a sentence naming field, value and bound, "" when there is nothing to say
    ref         the body's cmsRefId, None where it could not be read
    issued      Unix s at which a signed command was issued, for the clock's floor; None when nothing vouches for it
    override, cancel   what is to be done; both None when rejected

    A rejected command that was genuine has a ``mark`` too: what was once refused must not be applied when it is sent a
    second time.
    """

    def __init__(self):
        super().__init__()
        self.outcome = contract.REJECTED
        self.reason = self.detail = ""
        self.ref = self.issued = self.override = self.cancel = None


class Commands:
    """Judges commands with *keys* {name: 64 hexadecimal digits} and *marks* {name: n}; changes neither.

    A key named like the pole is the pole's own.  Every other key is shared, so its commands, like those on a group's
    topic, cannot take the light below the site's floor.
    """

    def __init__(self, keys, marks):
        self._keys = keys
        self._marks = marks

    def take(self, topic, payload, now, floor, unclocked_level=100):
        """Verdict on *payload* (bytes; None when it was too large) on *topic*.  Never raises, whatever the bytes.

        *now*: Unix s, None when the clock is unknown.  *floor*: percent.  *unclocked_level*: percent the lamp has
        without a clock and without commands (photocell or default), below which no command may go meanwhile.
        """
        verdict = Verdict()
        try:
            body = envelope.read(verdict, topic, payload, self._keys, self._marks, now)
            kind = envelope.text(body, "type", 1, 16, contract.BAD_FIELD)
            if kind == "override":
                override = _override(verdict, body, now)
                _check_level(override.level, floor if _shared(topic, verdict) else 0, now, unclocked_level)
                verdict.override = override
            elif kind == "cancel":
                owner = _owner(body)
                if body.get("cmsRefId") is not None:
                    verdict.ref = envelope.text(body, "cmsRefId", 0, 64, contract.BAD_FIELD)
                verdict.cancel = Cancel(owner, verdict.ref)
            else:
                envelope.refuse(contract.BAD_FIELD, body, "type", '"override" or "cancel"')
            verdict.outcome = contract.APPLIED
        except envelope.Refused as refused:
            verdict.reason, verdict.detail = refused.args
        if verdict.signed and verdict.mark:
            verdict.issued = verdict.n // 1000
        return verdict


def _shared(topic, verdict):
    levels = topic.split("/")
    to_many = levels[-2:-1] == ["_all"] or levels[-3:-2] == ["_group"]
    return to_many or (verdict.signed and levels[-2:-1] != [verdict.key])


def _owner(body):
    owner = envelope.text(body, "owner", 1, 16, contract.BAD_FIELD, "operator")
    if owner not in contract.COMMAND_OWNERS:
        envelope.refuse(contract.BAD_FIELD, body, "owner", "one of " + ", ".join(contract.COMMAND_OWNERS))
    return owner


def _override(verdict, body, now):
    bad = contract.BAD_FIELD
    issued = verdict.n // 1000
    owner = _owner(body)
    verdict.ref = ref = envelope.text(body, "cmsRefId", 0, 64, bad, "")
    level = envelope.number(body, "level", 0, 100, bad)
    reason = envelope.text(body, "reason", 0, 80, bad, "")
    ramp_s = envelope.number(body, "rampToLevelTime", 0, 3600, bad, 2)
    expiration = envelope.number(body, "expiration", 0, _LATEST, bad)
    moment = issued if now is None else now
    start = envelope.number(body, "start", 0, _LATEST, bad, moment)
    if expiration <= moment:
        detail = "expiration is %d and must be after %d" % (expiration, moment)
        raise envelope.Refused(contract.EXPIRED, detail)
    if expiration > moment + _LONGEST_S:
        detail = "expiration is %d and must be at most 366 days ahead, %d" % (expiration, moment + _LONGEST_S)
        raise envelope.Refused(bad, detail)
    if start >= expiration:
        raise envelope.Refused(bad, "start is %d and must be before expiration, %d" % (start, expiration))
    if now is None and start > issued:
        detail = "start is %d, and the pole cannot wait for it: its clock is unknown" % start
        raise envelope.Refused(contract.CLOCK_UNKNOWN, detail)
    hold_s = None if now is not None else min(expiration - issued, _UNCLOCKED_S)
    return Override(owner, level, reason, ref, start, expiration, ramp_s, hold_s)


def _check_level(level, floor, now, unclocked_level):
    if level < floor:
        detail = "level is %d and must be at least %d, the site's floor for commands to many" % (level, floor)
        raise envelope.Refused(contract.BELOW_FLOOR, detail)
    if now is None and level < unclocked_level:
        detail = "level is %d and must be at least %d while the pole's clock is unknown" % (level, unclocked_level)
        raise envelope.Refused(contract.CLOCK_UNKNOWN, detail)
