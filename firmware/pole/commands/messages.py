"""The city's messages, as the control task takes them: commands and configurations, each with its ack."""

from pole import const
from pole.commands.handler import JUDGING
from pole.runtime.transient import unload
from pole.wire import contract

_AT_ONCE = const(4)  # messages judged in a turn


def take_messages(control, now, ticks):
    """Takes what waits in the inbox, as long as there is room for the acks: no message is taken without one.

    Only some in a turn, so that none has to wait for long that decides on the light.
    """
    inbox, reporter = control.inbox, control.reporter
    if inbox.dropped and control.outbox.room():
        reporter.ack(now, control.commanding.dropped(inbox.dropped))
        inbox.dropped = 0
    if inbox.announce:
        control.configuring.online()
        control.network_time.hurry()
    if not inbox.messages:
        return
    control.make_room()
    for _ in range(_AT_ONCE):
        if not inbox.messages or not control.outbox.room():
            break
        message = inbox.messages.pop(0)
        try:
            _answer(control, message, now, ticks)
        except Exception:
            inbox.dropped += 1
            raise
    unload(*JUDGING)


def _answer(control, message, now, ticks):
    if message[0] not in control.session.filters:  # a broker that lies: what it signed may be for another pole
        return
    commanding, configuring, dusk = control.commanding, control.configuring, control.dusk
    if message[0].endswith("/" + contract.CONFIG):
        fields = configuring.take(message[0], message[1], now)
        if configuring.mark:
            commanding.own_word(configuring.mark)
        if not fields:
            return
    else:
        by_day = dusk and not dusk.dark and not control.unsure
        fields = commanding.take(message, now, ticks, 0 if by_day else 100)
        if commanding.lowered:
            control.news.append(("marksLowered", commanding.lowered))
            commanding.lowered = ()
    try:
        control.reporter.ack(now, fields)
    except MemoryError:  # what has judged it makes room for the answer
        unload(*JUDGING)
        control.reporter.ack(now, fields)
