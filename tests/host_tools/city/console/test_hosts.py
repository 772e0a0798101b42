"""The names by which browsers may reach the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.city.console.hosts import hosts
from host_tools.errors import CommandError
from tests.host_tools.certificates import Authority


def test_this_machine_is_reached_by_its_names_with_the_port() -> None:
    assert hosts("127.0.0.1", 8080, None, ()) == ("127.0.0.1:8080", "localhost:8080", "[::1]:8080")
    assert "[2001:db8::1]:8080" in hosts("2001:db8::1", 8080, None, ())
    assert "0.0.0.0:8080" not in hosts("0.0.0.0", 8080, None, ())
    assert "localhost" in hosts("127.0.0.1", 80, None, ())


def test_a_proxy_is_named_as_it_is() -> None:
    assert "iccc.sagar.in" in hosts("127.0.0.1", 8080, None, ("iccc.sagar.in",))


def test_the_names_in_the_certificate_are_ours(tmp_path: Path) -> None:
    path, key = tmp_path / "iccc.pem", tmp_path / "iccc.key"
    Authority().server("iccc.sagar.in").save(path, key)
    assert {"iccc.sagar.in:443", "iccc.sagar.in"} <= set(hosts("0.0.0.0", 443, path, ()))
    assert "iccc.sagar.in" not in hosts("0.0.0.0", 8443, path, ())
    Authority().server("192.0.2.7").save(path, key)
    assert "192.0.2.7:8443" in hosts("0.0.0.0", 8443, path, ())


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "iccc.pem"
    path.write_text("no certificate")
    with pytest.raises(CommandError, match="must be a certificate in PEM"):
        hosts("0.0.0.0", 443, path, ())
