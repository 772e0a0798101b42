"""Reads the body of a command, and checks whether the pole may do what it asks for."""

from pole import const
from pole.commands.verdict import Cancel
from pole.lighting.arbiter import RAISE, Override
from pole.wire import ack_reasons, contract, fields
from pole.wire.fields import Refused, number, text

_LONGEST_S = const(366 * 86400)  # an override ends within a year
_UNCLOCKED_S = const(3600)  # without a clock, within an hour
_LATEST = const(4102444800)  # 2100, Unix s
_LAST = const((1 << 30) - 1)  # sequence of an event
_ALL = const("\n")  # as in lighting/overrides.py, which is not loaded to understand a command


def understand(verdict, body, now, floor, unclocked_level, forgetful):
    """Fills *verdict* with what *body* asks for.  *floor*: percent below which this message must not go; the other
    arguments are those of ``Commands``.  Raises Refused.
    """
    kind = text(body, "type", 1, 16, ack_reasons.BAD_FIELD)
    if forgetful and (kind == "cancel" or (kind == "override" and _owner(body) not in RAISE)):
        detail = "the pole has lost its marks against replay: only incident and lock until it gets a new key"
        raise Refused(ack_reasons.NOT_REKEYED, detail)
    # a recording from before the node was flashed may come under a shared key: it does no harm where it only raises
    unheard = verdict.shared and not verdict.heard
    if kind == "override":
        override = _override(verdict, body, now)
        _check_level(override.level, floor, now, unclocked_level)
        if unheard:
            override.raises = True
            verdict.detail = "until the pole's own key has spoken, this only raises the light"
        verdict.override = override
    elif kind == "cancel":
        owner = _owner(body)
        if body.get("cmsRefId") is not None:
            verdict.ref = text(body, "cmsRefId", 0, 64, ack_reasons.BAD_FIELD)
        if unheard:
            detail = "the pole's own key has not spoken since the node was flashed: a shared key only raises light"
            raise Refused(ack_reasons.OWN_KEY_FIRST, detail)
        ref = verdict.ref
        if verdict.shared:
            ref = _under(verdict.key, _ALL if ref is None else ref)
        verdict.cancel = Cancel(owner, ref)
    elif kind == "resend":
        epoch = text(body, "epoch", 1, 32, ack_reasons.BAD_FIELD)
        first = number(body, "from", 1, _LAST, ack_reasons.BAD_FIELD)
        verdict.resend = (epoch, first, number(body, "to", first, _LAST, ack_reasons.BAD_FIELD))
    else:
        fields.refuse(ack_reasons.BAD_FIELD, body, "type", '"override", "cancel", "resend" or "rekey"')


def _owner(body):
    owner = text(body, "owner", 1, 16, ack_reasons.BAD_FIELD, "operator")
    if owner not in contract.COMMAND_OWNERS:
        fields.refuse(ack_reasons.BAD_FIELD, body, "owner", "one of " + ", ".join(contract.COMMAND_OWNERS))
    return owner


def _override(verdict, body, now):
    bad = ack_reasons.BAD_FIELD
    issued = verdict.n // 1000
    owner = _owner(body)
    verdict.ref = ref = text(body, "cmsRefId", 0, 64, bad, "")
    level = number(body, "level", 0, 100, bad)
    reason = text(body, "reason", 0, 80, bad, "")
    ramp_s = number(body, "rampToLevelTime", 0, 3600, bad, 2)
    expiration = number(body, "expiration", 0, _LATEST, bad)
    moment = issued if now is None else now
    start = number(body, "start", 0, _LATEST, bad, moment)
    if expiration <= moment:
        detail = "expiration is %d and must be after %d" % (expiration, moment)
        raise Refused(ack_reasons.EXPIRED, detail)
    if expiration > moment + _LONGEST_S:
        detail = "expiration is %d and must be at most 366 days ahead, %d" % (expiration, moment + _LONGEST_S)
        raise Refused(bad, detail)
    if start >= expiration:
        raise Refused(bad, "start is %d and must be before expiration, %d" % (start, expiration))
    if now is None and start > issued:
        detail = "start is %d, and the pole cannot wait for it: its clock is unknown" % start
        raise Refused(ack_reasons.CLOCK_UNKNOWN, detail)
    hold_s = None if now is not None else min(expiration - issued, _UNCLOCKED_S)
    if verdict.shared:
        ref = _under(verdict.key, ref)
    return Override(owner, level, reason, ref, start, expiration, ramp_s, hold_s)


def _check_level(level, floor, now, unclocked_level):
    if level < floor:
        detail = "level is %d and must be at least %d, the site's floor for commands to many" % (level, floor)
        raise Refused(ack_reasons.BELOW_FLOOR, detail)
    if now is None and level < unclocked_level:
        detail = "level is %d and must be at least %d while the pole's clock is unknown" % (level, unclocked_level)
        raise Refused(ack_reasons.CLOCK_UNKNOWN, detail)


def _under(key, ref):
    return key + "\n" + ref  # as overrides.under
