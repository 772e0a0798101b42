"""How a run gets at its broker: what it takes of the folder that `diya site broker-config` wrote, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from host_tools.cli import run
from host_tools.errors import BrokerError
from host_tools.site.broker_address import free_port
from simulator.network.broker_access import HOST, Access, find_access
from simulator.run_time import RunTime
from tests.host_tools.broker.test_mosquitto_config import City
from tests.host_tools.certificates import Authority

NOW = RunTime(int(datetime.now(UTC).timestamp()), "Asia/Kolkata")
POLES = ["P0001", "P0002"]

# a client that does not believe the broker ends the handshake, and its socket is left to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("city")) as one:
        yield one


def access(city: City, folder: Path | None = None, *, host: str = "localhost", time: RunTime = NOW) -> Access:
    return find_access(f"mqtts://{host}:{city.port}", folder or city.out, city.city_port, POLES, time)


def test_poles_and_city_get_their_own_listener_and_login(city: City) -> None:
    found = access(city)
    assert found.poles and (found.poles.port, found.poles.tls) == (city.port, True)
    assert found.city and (found.city.port, found.city.user) == (city.city_port, "iccc")
    assert found.city.password == city.password("iccc")
    assert found.files == {"ca.pem": city.ca.pem}
    settings = found.settings("P0002", None)
    wanted = {"link.host": "localhost", "link.tls": 1, "link.user": "P0002", "link.secret": city.password("P0002")}
    assert wanted.items() <= settings.items()


def test_time_outs_are_real_seconds_with_a_real_broker() -> None:
    slow, fast = Access().settings("P0001", 0.5), Access().settings("P0001", 60.0)
    assert (slow["link.timeout"], slow["link.keepalive"]) == (10, 30)
    assert (fast["link.timeout"], fast["link.keepalive"]) == (600, 1800)
    assert "link.timeout" not in Access().settings("P0001", None)


@pytest.mark.parametrize("broker", ["none", "embedded", "mqtt://broker.example"])
def test_without_tls_there_is_nothing_to_know(broker: str) -> None:
    found = find_access(broker, None, 8884, POLES, NOW)
    settings = found.settings("P0001", None)
    assert (settings["link.host"], settings["link.tls"]) == (HOST, 0) and "link.user" not in settings
    assert found.poles == found.city
    with pytest.raises(BrokerError, match="must be mqtts://HOST:PORT where there are --credentials"):
        find_access(broker, Path(), 8884, POLES, NOW)


def test_tls_needs_the_folder() -> None:
    with pytest.raises(BrokerError, match=r"mqtts://broker.example:8883 needs --credentials"):
        find_access("mqtts://broker.example", None, 8884, POLES, NOW)


def test_a_folder_without_passwords_or_ca_is_said(city: City, tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=r"users.csv must be CSV"):
        access(city, tmp_path)
    (tmp_path / "secrets").mkdir()
    users = tmp_path / "secrets" / "users.csv"
    users.write_text("user,password\niccc,x\nP0001,y\n")
    with pytest.raises(BrokerError, match="has no password for P0002: run diya site broker-config again"):
        access(city, tmp_path)
    users.write_text("user,password\niccc,x\nP0001,y\nP0002,z\n")
    with pytest.raises(BrokerError, match=r"ca.pem must be the city's CA, in PEM: No such file"):
        access(city, tmp_path)
    (tmp_path / "ca.pem").write_bytes(Authority("somebody else").pem)
    with pytest.raises(BrokerError, match="cannot be believed: unable to get local issuer certificate"):
        access(city, tmp_path)


def test_a_wrong_name_and_a_broker_that_is_not_there_are_said(city: City) -> None:
    with pytest.raises(BrokerError, match="cannot be believed: IP address mismatch"):
        access(city, host="127.0.0.1")
    with pytest.raises(BrokerError, match="no MQTT broker answers"):
        find_access(f"mqtts://localhost:{free_port()}", city.out, city.city_port, POLES, NOW)


def test_the_streets_time_must_be_one_the_certificate_is_good_for(city: City) -> None:
    assert access(city, time=RunTime(NOW.start_unix + 300 * 86400, "Asia/Kolkata"))
    for days in (-3, 400):
        with pytest.raises(BrokerError, match=r"--from is outside 20\d\d-\d\d-\d\d to 20\d\d-\d\d-\d\d, which the"):
            access(city, time=RunTime(NOW.start_unix + days * 86400, "Asia/Kolkata"))


def test_the_command_says_it_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--poles", "1", "--broker", "mqtts://broker.example"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "--credentials: the folder that diya site broker-config wrote" in err
