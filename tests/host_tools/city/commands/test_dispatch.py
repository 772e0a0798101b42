"""The receiver's end of the commands on both databases: decided, sent, kept over a kill, and no row trusted."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from host_tools.city.commands import audit, order_rows
from host_tools.city.commands.order import CANCEL_S, Order
from host_tools.city.commands.order_judge import Rules
from host_tools.city.commands.second_person import PERSONS
from host_tools.city.store.command_tables import audit as audit_table
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.database import Database
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.limit import roles
from host_tools.wire.envelope import seal
from host_tools.wire.from_pole import Ack
from tests.host_tools.city.commands.model_poles import SENDER, Killed
from tests.host_tools.city.commands.receiver_bench import FLOOR, NOW, SITE, Receiver, born, introduce
from tests.postgres import create_tables, sqlite_file

NAMES = [f"P{number:04}" for number in range(1, 1001)]
KEYS = {name: Key(name, name.encode().ljust(32, b".")) for name in ("P0001", "P0002", "W21")}
NIGHT = Rules(FLOOR, roles(FLOOR), lambda since, until: True)


def override(seconds: int = 3600, **fields: object) -> Order:
    values: dict[str, object] = {"level": 60, "reason": "festival", "scope": {"poles": ["P0001"]}, **fields}
    return Order("asha", str(values.pop("role", "operator")), "override", str(values.pop("owner", "operator")),
                 NOW + seconds, written_at=NOW, **values)  # type: ignore[arg-type]  # fmt: skip


def cancel(**fields: object) -> Order:
    values: dict[str, object] = {"scope": {"poles": ["P0001"]}, **fields}
    return Order("asha", "operator", "cancel", "operator", NOW + CANCEL_S, written_at=NOW, **values)  # type: ignore[arg-type]


@pytest.fixture
def small(tmp_path: Path) -> Database:
    """A store on SQLite."""
    opened = sqlite_file(tmp_path / "store.db")
    create_tables(opened)
    return opened


def receiver(
    database: Database, folder: Path, names: list[str], rules: Rules | None = None, **options: object
) -> Receiver:
    introduce(database, names, options.pop("groups", ["W21"]))  # type: ignore[arg-type]
    return Receiver(database, names, folder, rules=rules, **options)  # type: ignore[arg-type]


def test_a_thousand_poles_of_which_three_in_ten_are_away_apply_each_order_once_and_none_late(
    database: Database, tmp_path: Path
) -> None:
    here = receiver(database, tmp_path, NAMES)
    dice = random.Random(15)
    away = dice.sample(NAMES, 300)
    for name in away:
        here.appear(name, False)
    here.turn()
    first = here.order(override(1200, ref="A", scope={"all": True}), NAMES)
    second = here.order(override(300, ref="B", level=90, scope={"poles": NAMES[:500]}), NAMES[:500])
    for stage in ("before", "after", "half", "half"):  # a receiver that is killed at every stage of the outbox
        with pytest.raises(Killed):
            here.turn(stage)
        here.start()
        here.now += 4
    here.go(100, 10)
    for name in away[:200]:
        here.appear(name, True)
    with pytest.raises(Killed):
        here.turn("half")
    here.start()
    here.go(60, 10)
    assert here.outcomes(first) == {"applied": 900, "sent": 100}
    here.now += 400  # the second order has expired
    for name in away[200:280]:
        here.appear(name, True)
    here.go(60, 10)
    here.now += 1200
    for name in away[280:]:
        here.appear(name, True)
    here.go(30, 10)
    assert here.outcomes(first) == {"applied": 980, "expired": 20}
    late = sum(name in NAMES[:500] for name in away[200:])
    assert here.outcomes(second) == {"applied": 500 - late, "expired": late}
    for pole in here.poles.values():
        assert max(Counter(ref for ref, *_ in pole.obeyed).values(), default=1) == 1
        assert all(at < NOW + (1200 if ref == "A" else 300) for ref, _n, at in pole.obeyed)
    with database.transaction() as connection:
        assert audit.verify(connection, tmp_path)[1:] == ([], 0)


def test_a_pole_that_was_flashed_gets_what_waits_sealed_for_its_new_nonce(small: Database, tmp_path: Path) -> None:
    here = receiver(small, tmp_path, ["P0001"], keys=KEYS)
    here.appear("P0001", False)
    here.order(override(), ["P0001"])
    here.go(3)
    here.poles["P0001"].online = True
    here.waiting = [(born("P0001", "ffffffffffffffff"), False)]
    here.turn()
    topic, said = here.published[-1]
    n = int(str(said["n"]))
    assert said == json.loads(seal(topic, str(said["sender"]), n, str(said["body"]), KEYS["P0001"], "ffffffffffffffff"))
    assert n == here.published[0][1]["n"]


def test_a_retained_birth_that_tells_another_nonce_than_the_store_has_sends_again(
    small: Database, tmp_path: Path
) -> None:
    here = receiver(small, tmp_path, ["P0001"], keys=KEYS)
    number = here.order(override(), ["P0001"])
    here.poles["P0001"].online = False
    here.turn()
    refused = Ack("P0001", SENDER, int(str(here.published[0][1]["n"])), "rejected", "badMac", "flashNonce")
    here.waiting = [(refused, False), (born("P0001", "ffffffffffffffff"), True)]
    here.poles["P0001"].online = True
    here.go(3)
    assert here.outcomes(number) == {"applied": 1}
    assert here.published[-1][1]["flashNonce"] == "ffffffffffffffff"


def test_exactly_a_group_is_one_message_below_its_floor_one_a_pole_and_a_cancel_follows(
    small: Database, tmp_path: Path
) -> None:
    here = receiver(small, tmp_path, ["P0001", "P0002", "P0003"], keys=KEYS)
    here.order(override(scope={"group": "W21"}, ref="A"), ["P0001"])  # the others hear it too
    here.go(3)
    assert [topic for topic, _ in here.published] == ["diya/1/sagar/_group/W21/command"]
    here.order(cancel(scope={"group": "W21"}, ref="A"), ["P0001", "P0002", "P0003"])
    here.go(3)
    assert [(topic.split("/")[-2], said["key"]) for topic, said in here.published[1:]] == [("W21", "W21")]
    here.published.clear()
    here.order(override(scope={"group": "W21"}, ref="B", level=5, role="engineer"), ["P0001"])
    here.go(3)
    assert sorted(said["key"] for _, said in here.published) == ["P0001", "P0002", "W21"]  # type: ignore[type-var]
    here.published.clear()
    here.order(cancel(scope={"group": "W21"}, ref="B"), ["P0001"])
    here.go(3)
    assert sorted(said["key"] for _, said in here.published) == ["P0001", "P0002", "W21"]  # type: ignore[type-var]
    assert all(pole.held == [] for pole in here.poles.values())


@pytest.mark.parametrize(("order", "answer"), [
    (override(level=10), "the level is 10 and must be, for operator, 20 to 100 percent"),
    (override(13 * 3600), "it would hold for 13 h and must hold, for operator, for at most 12 h"),
    (override(role="mayor"), "the role is 'mayor' and must be one of cap, election, engineer, incidents, "),
    (override(owner="emergency"), "the owner is emergency and must be, for operator, operator"),
    (override(-5), "the expiration is"), (override(scope={"group": "W99"}), "it is for the group W99"),
    (override(8 * 86400, role="engineer"), "for at most 168 h"),
    (override(25 * 3600, role="engineer", owner="emergency"), "for engineer as emergency, for at most 24 h"),
    (override(reason="a" * 81), "reason is"), (override(reason="\x1b[2J"), "reason is"),
])  # fmt: skip
def test_what_a_role_may_not_is_refused_in_a_sentence_and_goes_to_no_pole(
    small: Database, tmp_path: Path, order: Order, answer: str
) -> None:
    here = receiver(small, tmp_path, ["P0001"])
    number = here.order(order, ["P0001"])
    here.go(3)
    state, said = here.answer(number)
    assert (state, here.published) == ("refused", [])
    assert answer in said


@pytest.mark.parametrize("values", [
    {"level": "much"}, {"level": 10**9}, {"owner": "king"}, {"kind": "rekey"}, {"expiration": "soon"}, {"ramp_s": -1},
    {"scope": "{"}, {"scope": "[]"}, {"scope": "[" * 5000}, {"who": ""}, {"start": 2**40}, {"ref": "x" * 99},
    {"reason": b"\xff"},
])  # fmt: skip
def test_a_row_that_makes_no_sense_is_refused_and_stops_nothing(
    small: Database, tmp_path: Path, values: dict[str, object]
) -> None:
    here = receiver(small, tmp_path, ["P0001"])
    number = here.order(override(), ["P0001"])
    column, value = next(iter(values.items()))
    with small.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE command SET {column} = ? WHERE id = ?", (value, number))
    sound = here.order(override(ref="sound"), ["P0001"])
    here.go(3)
    assert here.answer(number)[0] == "refused"
    assert here.outcomes(sound) == {"applied": 1}


def test_a_darkening_of_many_at_night_waits_for_a_second_person_s_code_which_counts_once(
    small: Database, tmp_path: Path
) -> None:
    secret = pyotp.random_base32()
    (tmp_path / PERSONS).write_text(f"meera:{secret}\n")
    here = receiver(small, tmp_path, NAMES[:51], NIGHT)
    number = here.order(override(scope={"poles": NAMES[:51]}), NAMES[:51])
    here.turn()
    assert here.answer(number) == (
        "needsSecondPerson",
        "it darkens 51 poles at night, and one person alone may darken 50: a second person has to agree",
    )
    code = pyotp.TOTP(secret).at(NOW)
    for name, given, why in (
        ("ravi", code, "no second person"), ("meera", "000000" if code != "000000" else "1", "wrong or too old"),
    ):  # fmt: skip
        agree(small, number, name, given)
        here.turn(wall=NOW)
        assert why in here.answer(number)[1]
    agree(small, number, "meera", code)
    here.turn(wall=NOW)
    assert here.answer(number)[0] == "accepted"
    again = here.order(override(scope={"poles": NAMES[:51]}, second="meera", code=code), NAMES[:51])
    here.turn(wall=NOW + 5)
    assert here.answer(again) == ("needsSecondPerson", "the code of meera was used before: wait for the next")
    with small.transaction() as connection:
        assert set(connection.execute(sa.select(command.c.code)).scalars()) == {""}


def agree(database: Database, number: int, name: str, code: str) -> None:
    with database.transaction() as connection:
        order_rows.agree(connection, number, name, code, NOW)


def test_the_person_who_orders_is_no_second_person_and_fifty_poles_need_none(small: Database, tmp_path: Path) -> None:
    secret = pyotp.random_base32()
    (tmp_path / PERSONS).write_text(f"asha:{secret}\n")
    here = receiver(small, tmp_path, NAMES[:51], NIGHT)
    code = pyotp.TOTP(secret).at(NOW)
    number = here.order(override(scope={"poles": NAMES[:51]}, second="asha", code=code), NAMES[:51])
    fifty = here.order(override(ref="fifty", scope={"poles": NAMES[:50]}), NAMES[:50])
    brighter = here.order(override(level=100, scope={"poles": NAMES[:51]}), NAMES[:51])
    here.turn(wall=NOW)
    assert "must be another" in here.answer(number)[1]
    assert [here.answer(one)[0] for one in (fifty, brighter)] == ["accepted", "accepted"]


def test_many_small_orders_take_two_where_one_great_one_would(small: Database, tmp_path: Path) -> None:
    here = receiver(small, tmp_path, NAMES[:60], NIGHT)
    first = here.order(override(ref="A", second="meera", code="1", scope={"poles": NAMES[:30]}), NAMES[:30])
    same = here.order(override(ref="B", scope={"poles": NAMES[:40]}), NAMES[:40])
    more = here.order(override(ref="C", role="engineer", level=0, scope={"poles": NAMES[40:60]}), NAMES[40:60])
    here.go(2)
    assert [here.answer(one)[0] for one in (first, same)] == ["accepted"] * 2
    assert here.answer(more)[1].startswith(
        "it darkens 20 poles at night, and other orders of one person 40 more, and one"
    )
    here.start()
    again = here.order(override(ref="C", level=0, role="engineer", scope={"poles": NAMES[40:60]}), NAMES[40:60])
    here.go(1)
    assert here.answer(again)[0] == "needsSecondPerson", "a receiver that was restarted knows it too"
    here.order(cancel(ref="B", scope={"poles": NAMES[:40]}), NAMES[:40])
    then = here.order(override(ref="D", scope={"poles": NAMES[40:60]}), NAMES[40:60])
    here.go(1)
    assert here.answer(then)[0] == "accepted", "30 and 20"


def test_a_row_that_only_says_that_it_was_accepted_is_not_sent(small: Database, tmp_path: Path) -> None:
    here = receiver(small, tmp_path, ["P0001", "P0002"])
    for name in here.poles:
        here.appear(name, False)
    here.turn()
    good = here.order(override(3 * 3600, ref="good"), ["P0001"])
    changed = here.order(override(2 * 3600, ref="changed"), ["P0001"])
    wider = here.order(override(1 * 3600, ref="wider"), ["P0001"])
    here.turn()
    made = here.order(override(ref="made", level=0), ["P0001"])
    with small.transaction() as connection:
        connection.execute(sa.update(command).where(command.c.id == changed).values(level=0))
        connection.execute(sa.update(command).where(command.c.id == made).values(state="accepted", decided_at=NOW))
        connection.execute(sa.insert(delivery).values(command=wider, pole=2))
    here.start()
    for name in here.poles:
        here.appear(name, True)
    here.published.clear()
    here.go(10)
    assert [here.answer(one)[0] for one in (good, changed, wider, made)] == ["accepted", *["refused"] * 3]
    assert {json.loads(str(said["body"]))["cmsRefId"] for _, said in here.published} == {"good"}
    assert len(here.said) == 3


def test_a_pole_without_any_key_is_told_apart_and_the_others_are_reached(small: Database, tmp_path: Path) -> None:
    keys = {name: KEYS[name] for name in ("P0001", "P0002")}
    here = receiver(small, tmp_path, ["P0001", "P0003"], keys=keys)
    number = here.order(override(scope={"poles": ["P0001", "P0003"]}), ["P0001", "P0003"])
    here.go(3)
    assert here.outcomes(number) == {"applied": 1, "rejected": 1}


def test_an_order_to_a_pole_that_never_reported_is_refused_before_it_is_written(
    small: Database, tmp_path: Path
) -> None:
    here = receiver(small, tmp_path, ["P0001"])
    with pytest.raises(CommandError, match="the record has never heard of P0009"):
        here.order(override(), ["P0001", "P0009"])


def test_a_transaction_that_fails_leaves_nothing_behind_and_comes_again(small: Database, tmp_path: Path) -> None:
    here = receiver(small, tmp_path, ["P0001"])
    number = here.order(override(), ["P0001"])
    with pytest.raises(RuntimeError), small.transaction() as connection:
        here.dispatch.turn(connection, here.now, here.now)
        raise RuntimeError("the disk is full")
    with small.transaction() as connection:
        here.dispatch.load(connection, here.now)
    here.go(5)
    assert here.outcomes(number) == {"applied": 1}
    assert len(here.published) == 1


def test_what_is_sealed_is_obeyed_by_the_firmware_s_own_judge() -> None:
    from pole.commands.judge import Commands

    order = replace(override(), decided_at=NOW, id=1, ref_address="console:asha")
    payload = seal("diya/1/sagar/P0001/command", "r", NOW * 1000, order.body(), KEYS["P0001"], "00112233445566aa")
    judge = Commands({"P0001": KEYS["P0001"].secret.hex()}, {}, nonce="00112233445566aa")
    verdict = judge.take("diya/1/sagar/P0001/command", payload, NOW, FLOOR)
    assert (verdict.outcome, verdict.override.start, verdict.override.expiration) == ("applied", NOW, NOW + 3600)


def test_every_decision_is_in_the_audit(small: Database, tmp_path: Path) -> None:
    here = receiver(small, tmp_path, ["P0001"])
    here.order(override(), ["P0001"])
    here.order(override(level=1), ["P0001"])
    here.turn()
    with small.transaction() as connection:
        rows = connection.execute(sa.select(audit_table).order_by(audit_table.c.number)).mappings().all()
    assert [(row["who"], row["what"]) for row in rows] == [
        ("asha", "ordered"), ("asha", "ordered"), ("receiver", "accepted"), ("receiver", "refused"),
    ]  # fmt: skip
    assert SITE == "sagar"
    assert json.loads(rows[0]["detail"])["poles"] == 1
