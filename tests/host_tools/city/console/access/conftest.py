"""Passwords that are quick to hash: what they cost an attacker is one test's matter."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from host_tools.city.console.access import passwords


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._of_nothing.cache_clear()
