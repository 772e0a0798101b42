"""Sending beside a receiver, in a thread with a connection of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from host_tools.city.notify import outbox
from host_tools.city.notify.background import sending
from host_tools.city.notify.notices import heartbeats
from host_tools.city.store.database import sqlite, sqlite_connection
from host_tools.site import load_site
from host_tools.site.alarm_settings import AlarmSettings, Channel
from tests.host_tools.city.alarms.small_receiver import NIGHT
from tests.host_tools.city.notify.post_offices import gateway
from tests.postgres import create_tables


def test_what_is_due_goes_out_while_the_receiver_holds_its_own_connection(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    database = sqlite(lambda: sqlite_connection(file), "store.db", str)
    create_tables(database)
    said: list[str] = []
    with gateway() as sms:
        channels = {"sms": Channel("sms", url=sms.url)}
        site = replace(load_site("sagar", 1), alarms=AlarmSettings(channels=channels, heartbeat=("sms",)))
        with sending(file, site, tmp_path, lambda: NIGHT, said.append):
            with database.transaction() as connection:
                outbox.put(connection, heartbeats(site.alarms, "", NIGHT))
            until = time.monotonic() + 20
            while not sms.got and time.monotonic() < until:
                time.sleep(0.05)
        assert [one["what"] for one in sms.got] == ["heartbeat"] and said == []
    database.close()


def test_a_site_without_a_channel_needs_no_thread(tmp_path: Path) -> None:
    with sending(tmp_path / "none.db", load_site("sagar", 1), tmp_path, lambda: NIGHT, print):
        pass
    assert not (tmp_path / "none.db").exists()
