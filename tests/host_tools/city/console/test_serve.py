"""The console as it is served, in a real browser."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from host_tools.city.console import serve
from host_tools.city.store import receiver_status
from host_tools.city.store.receiver_status import ReceiverStatus
from tests.host_tools.city.console.browser import Heart, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.patience import until


def test_a_logged_in_browser_sees_the_page_and_asks_no_other_host(bench: Bench, chromium: Browser) -> None:
    with serving(bench) as console, console.tab(chromium) as tab:
        tab.page.goto("/alarms")
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("Alarms")
        assert tab.run("1 + 1") == 2
        assert tab.axe() == []
        assert tab.strangers == []


def test_a_receiver_that_died_with_the_last_console_does_not_count_as_running(bench: Bench) -> None:
    with bench.city() as city, city.writing() as connection:
        receiver_status.keep(connection, ReceiverStatus("", time.time(), bench.now, False, 1.0, True))
    assert not serve.receiver_runs(bench.settings)
    heart = Heart(bench, broker=True)
    try:
        assert serve.receiver_runs(bench.settings)
    finally:
        heart.stop()


def test_a_receiver_that_ends_is_started_again_and_ends_with_its_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = tmp_path / "starts"
    script = tmp_path / "diya"
    script.write_text(f'#!/bin/sh\necho $$ >> "{starts}"\n[ $(wc -l < "{starts}") -gt 2 ] && exec sleep 60\n')
    script.chmod(0o755)
    monkeypatch.setattr(serve, "diya_script", lambda: str(script))
    monkeypatch.setattr(serve, "AGAIN_S", 0.01)
    with serve.receiver(["--db", "x"]):
        until(lambda: starts.exists() and len(starts.read_text().split()) == 3, "the third start")
    last = int(starts.read_text().split()[-1])
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
