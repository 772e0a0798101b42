"""The city's messages, as the control task takes them: commands and configurations, each with its ack."""

from pole import const
from pole.commands.handler import JUDGING
from pole.runtime.transient import unload
from pole.wire import contract

_AT_ONCE = const(4)  # messages judged in a turn


def take_messages(parts, now, ticks):
    """Takes what waits in the inbox of *parts* (app.py), as long as there is room for the acks: no message is
    taken without one.

    Only some in a turn, so that none has to wait for long that decides on the light.
    """
    inbox, reporter = parts.inbox, parts.reporter
    if inbox.dropped and parts.outbox.room():
        reporter.ack(now, parts.commanding.dropped(inbox.dropped))
        inbox.dropped = 0
    if inbox.announce:
        parts.configuring.online()
        parts.network_time.hurry()
    if not inbox.messages:
        return
    parts.make_room()
    for _ in range(_AT_ONCE):
        if not inbox.messages or not parts.outbox.room():
            break
        message = inbox.messages.pop(0)
        try:
            _answer(parts, message, now, ticks)
        except Exception:
            inbox.dropped += 1
            raise
    unload(*JUDGING)


def _update(parts, message, now):
    """Fields of the ack for a *message* about an update, None where there is nothing to say; and the mark of the key
    that signed it."""
    try:
        from pole.update.receive import judge

        order = judge(parts, message[0], message[1], now)
        del judge
        unload(*JUDGING)
        from pole.update.accept import accept

        return accept(parts, order), order.mark
    except MemoryError:
        detail = "no memory for it now: it is judged in the next session"
        return {"outcome": contract.REJECTED, "reason": contract.BUSY, "detail": detail}, None


def _answer(parts, message, now, ticks):
    if message[0] == parts.session.asked:
        parts.updating.take(parts, message[1], ticks)
        return
    if message[0] not in parts.session.filters:  # a broker with a fault: the message may be for another pole
        return
    commanding, configuring, dusk = parts.commanding, parts.configuring, parts.dusk
    if message[0].endswith("/" + contract.CONFIG):
        fields = configuring.take(message[0], message[1], now)
        if configuring.mark:
            commanding.own_key_used(configuring.mark)
        if not fields:
            return
    elif message[0].endswith("/" + contract.UPDATE):
        fields, mark = _update(parts, message, now)
        if mark:
            commanding.own_key_used(mark)
        if not fields:
            return
    else:
        by_day = dusk and not dusk.dark and not parts.unsure
        fields = commanding.take(message, now, ticks, 0 if by_day else 100)
        if commanding.lowered:
            parts.news.append(("marksLowered", commanding.lowered))
            commanding.lowered = ()
    try:
        parts.reporter.ack(now, fields)
    except MemoryError:  # the modules that judged the message are unloaded to make room for the answer
        unload(*JUDGING)
        parts.reporter.ack(now, fields)
