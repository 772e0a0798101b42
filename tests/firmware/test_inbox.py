"""What waits for the control task is bounded in number and in bytes, and a flood keeps back nothing that is signed."""

from pole.inbox import Inbox

SIGNED = b'{"v":1,"mac":"00"}'


def test_it_holds_sixteen_messages():
    inbox = Inbox(None)
    for _ in range(20):
        assert inbox.heard("command", b"{}", False)
    assert len(inbox.messages) == 16 and inbox.dropped == 4 and inbox.wake.is_set()


def test_it_holds_four_kilobytes_or_one_message():
    inbox = Inbox(None)
    for _ in range(10):
        inbox.heard("command", b"x" * 1100, False)
    assert sum([len(payload) for _topic, payload in inbox.messages]) <= 4096
    assert len(inbox.messages) == 3 and inbox.dropped == 7
    inbox = Inbox(None)
    assert inbox.heard("config", b"x" * 8192, False)
    assert len(inbox.messages) == 1 and inbox.dropped == 0


def test_one_that_was_too_large_takes_a_place_and_no_bytes():
    inbox = Inbox(None)
    for _ in range(16):
        inbox.heard("command", None, True)
    assert inbox.messages == [("command", None)] * 16 and inbox.dropped == 0


def test_what_is_signed_waits_for_room_and_is_only_dropped_when_it_is_given_up():
    inbox = Inbox(None)
    for _ in range(100):
        inbox.heard("command", b"{}", False)
    assert inbox.dropped == 84
    assert inbox.heard("command", SIGNED, False) is False
    assert inbox.dropped == 84
    del inbox.messages[0]
    assert inbox.heard("command", SIGNED, False)
    assert inbox.messages[-1] == ("command", SIGNED)
    assert inbox.heard("", None, False)
    assert inbox.dropped == 85
