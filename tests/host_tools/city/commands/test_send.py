"""Under which keys a command leaves, judged by the firmware's own code."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from host_tools.broker.connection import Message
from host_tools.city.commands import send as sending
from host_tools.city.commands.place import Place, ZoneInfo
from host_tools.city.commands.send import Sender, Target
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.broker_address import BrokerAddress
from host_tools.wire import commands
from host_tools.wire.sender_numbers import Counters
from pole.commands.judge import Commands

NOW = int(time.time())  # the counter of commands is the host's clock
HEAD = "diya/1/sagar"
SECRETS = {"P0001": "01" * 32, "P0002": "02" * 32, "main-road": "03" * 32, "sagar": "04" * 32}
KEYS = {name: Key(name, bytes.fromhex(secret)) for name, secret in SECRETS.items()}


class FakeLink:
    """What poles have said, and what is sent to them."""

    sessions = 1
    connected = True

    def __init__(self, online: bool = True, speaks: bool = False) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self._online, self._speaks = online, speaks
        self._retained: list[Message] = []

    def subscribe(self, topics: Sequence[str], qos: int = 0) -> int:
        for pole, groups in (("P0001", ["main-road", "W21"]), ("P0002", ["main-road", "W22"])):
            birth = json.dumps({"v": 1, "groups": groups}).encode()
            for kind, payload in (
                ("presence", json.dumps({"v": 1, "online": self._online}).encode()),
                ("birth", birth),
            ):
                self._retained.append(Message(f"{HEAD}/{pole}/{kind}", payload, True))
        return 1

    def granted(self, number: int) -> bool:
        return True

    def unsubscribe(self, topics: Sequence[str]) -> None:
        pass

    def pause(self, most_s: float) -> None:
        pass

    def drain(self) -> Iterator[Message]:
        while self._retained:
            yield self._retained.pop(0)

    def take(self, wait_s: float) -> Message | None:
        if not self._speaks or not self.sent:
            time.sleep(wait_s)
            return None
        self._speaks = False
        topic, payload = self.sent[-1]
        ack = {"v": 1, "sender": "ops", "n": json.loads(payload)["n"], "outcome": "applied"}
        return Message(topic.replace("command", "ack"), json.dumps(ack).encode(), False)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.sent.append((topic, payload))

    def taken(self, wait_s: float) -> None:
        pass


def sender_of(tmp_path: Path, names: str, link: FakeLink) -> Sender:
    place = Place("sagar", "diya/1", BrokerAddress("127.0.0.1"), ZoneInfo("UTC"), 10, "Sagar")
    keys = {name: KEYS[name] for name in names.split()}
    sender = Sender(place, link, "ops", Counters(tmp_path / "n"), keys)  # type: ignore[arg-type]
    sender.look()
    return sender


def send(tmp_path: Path, names: str, target: Target) -> list[tuple[str, bytes]]:
    link = FakeLink()
    sender_of(tmp_path, names, link).send(target, commands.override(60, NOW + 600), 0)
    return link.sent


def obeyed(pole: str, topic: str, payload: bytes) -> bool:
    """Whether *pole* obeys, which holds its own key and that of its road."""
    mind = Commands({name: SECRETS[name] for name in (pole, "main-road", "sagar")}, {})
    return bool(mind.take(topic, payload, NOW, 20).outcome == "applied")


def test_the_keys_of_a_bundle_command_one_pole(tmp_path: Path) -> None:
    [(topic, payload)] = send(tmp_path, "P0001 P0002", Target(("P0001",)))
    assert (topic, json.loads(payload)["key"]) == (f"{HEAD}/P0001/command", "P0001")
    assert obeyed("P0001", topic, payload)


@pytest.mark.parametrize("target", [Target(), Target(group="main-road"), Target(("P0001", "P0002"))])
def test_the_keys_of_a_bundle_command_many_poles_each_under_its_own(tmp_path: Path, target: Target) -> None:
    sent = send(tmp_path, "P0001 P0002", target)
    assert [topic for topic, _ in sent] == [f"{HEAD}/P0001/command", f"{HEAD}/P0002/command"]
    assert all(obeyed(pole, *one) for pole, one in zip(("P0001", "P0002"), sent, strict=True))


@pytest.mark.parametrize(("target", "topic", "key"), [
    (Target(group="main-road"), "_group/main-road/command", "main-road"),
    (Target(group="W21"), "_group/W21/command", "sagar"),
    (Target(), "_all/command", "sagar"),
])  # fmt: skip
def test_a_shared_key_in_the_same_file_commands_many_at_once(
    tmp_path: Path, target: Target, topic: str, key: str
) -> None:
    [(where, payload)] = send(tmp_path, "P0001 P0002 main-road sagar", target)
    assert (where, json.loads(payload)["key"]) == (f"{HEAD}/{topic}", key)
    assert obeyed("P0001", where, payload)


def test_messages_to_many_poles_have_a_number_each_and_are_numbered_with_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    real = Counters.next
    monkeypatch.setattr(Counters, "next", lambda self, *words: writes.append(1) or real(self, *words))
    sent = send(tmp_path, "P0001 P0002", Target())
    assert len({json.loads(payload)["n"] for _, payload in sent}) == 2 and len(writes) == 1


def test_nothing_is_sent_where_a_pole_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no key for P0002"):
        send(tmp_path, "P0001", Target())


@pytest.mark.parametrize("speaks", [True, False])
def test_a_pole_that_answers_is_not_offline_whatever_will_the_broker_retains(
    tmp_path: Path, speaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "OFFLINE_S", 0.1)
    sender = sender_of(tmp_path, "P0001 P0002", FakeLink(online=False, speaks=speaks))
    outcome = sender.send(Target(("P0001",)), commands.override(60, NOW + 600), 45)
    assert (outcome.applied, outcome.offline, outcome.complete) == (
        (["P0001"], [], True) if speaks else ([], ["P0001"], False)
    )
