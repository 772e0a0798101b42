"""What site.toml says of alarms: severities, channels and rules, and every mistake in one pass."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host_tools.city.correlation.fault import KINDS
from host_tools.cli import run
from host_tools.site import load_site
from host_tools.site.alarm_reader import STREET_KINDS
from host_tools.site.alarm_settings import Channel, MailServer, NotifyRule
from host_tools.site.load import read_site

GOOD = """
[alarms]
lampFlicker = "dark"
poleSilent = "note"

[mail]
server = "smtp://mail.city.example:587"
from = "diya@city.example"
user = "diya"
password_file = "mail.password"

[channels]
duty = {mail = ["duty@city.example"], language = "hi"}
sms = {url = "https://sms.example/send?to=1", token_file = "sms.token"}

[[notify]]
name = "night-duty"
severity = ["danger", "dark"]
wards = ["W1"]
hours = "18:00-06:00"
to = ["duty"]
escalate_min = 30
escalate_to = ["sms"]

[[notify]]
name = "all"
hours = "22:00-24:00"
to = ["sms", "duty"]

[heartbeat]
to = ["sms"]
every_min = 15
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites") / "town"
    place = ["--latitude", "23.8", "--longitude", "78.7", "--timezone", "Asia/Kolkata", "--poles", "2"]
    assert run(["site", "new", str(folder), *place]) == 0
    return folder


@pytest.fixture
def folder(town: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(town, tmp_path / "town"))


def write(folder: Path, text: str) -> None:
    with (folder / "site.toml").open("a") as file:
        ward = load_site(folder).poles[0].ward
        file.write(text.replace('"W1"', f'"{ward}"'))


def test_it_is_read(folder: Path) -> None:
    write(folder, GOOD)
    site = load_site(folder)
    found = site.alarms
    assert found.severities == {"lampFlicker": 2, "poleSilent": 4}
    assert found.mail == MailServer("smtp://mail.city.example:587", "diya@city.example", "diya", "mail.password")
    assert found.channels["duty"] == Channel("duty", ("duty@city.example",), language="hi")
    assert found.channels["sms"] == Channel("sms", url="https://sms.example/send?to=1", token_file="sms.token")
    assert found.rules == (
        NotifyRule("night-duty", (1, 2), (site.poles[0].ward,), (1080, 360), ("duty",), 1800, ("sms",)),
        NotifyRule("all", (), (), (1320, 1440), ("sms", "duty")),
    )
    assert (found.heartbeat, found.heartbeat_s) == (("sms",), 900)


def test_a_site_without_it_sends_nothing(folder: Path) -> None:
    found = load_site(folder).alarms
    assert (found.severities, found.mail, found.channels, found.rules, found.heartbeat) == ({}, None, {}, (), ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('lampFlicker = "dark"', 'lampFlickr = "dark"', "alarms.lampFlickr is no kind of alarm and must be"),
        ('"dark"\npoleSilent', '"black"\npoleSilent', "alarms.lampFlicker is 'black' and must be a severity"),
        ("smtp://mail", "mail", "mail.server is 'mail.city.example:587' and must be smtp://HOST"),
        ('"diya@city.example"', '"diya"', "mail.from is 'diya' and must be an address such as"),
        ("https://sms", "ftp://sms", "channels.sms.url is 'ftp://sms.example/send?to=1' and must be http"),
        ('mail = ["duty@city.example"]', 'mail = ["duty\\n@x"]', "channels.duty.mail[1] is"),
        ('language = "hi"', 'language = "xx"', "channels.duty.language is 'xx' and must be a language: en, hi"),
        ('hours = "18:00-06:00"', 'hours = "6pm"', "notify[1].hours is '6pm' and must be such as 18:00-06:00"),
        ('"18:00-06:00"', '"18:00-18:00"', "two different times of the day"),
        ('wards = ["W1"]', 'wards = ["W99"]', "notify[1].wards[1] is 'W99' and must be a ward of poles.csv"),
        ('to = ["duty"]', 'to = ["duti"]', "notify[1].to[1] is 'duti' and must be a channel: duty, sms"),
        ("escalate_min = 30\n", "", "notify[1] has one of escalate_min and escalate_to and must have both or none"),
        ('name = "all"', 'name = "night-duty"', "notify[2].name is 'night-duty' and must be another than"),
        ("every_min = 15", "every_min = 0", "heartbeat.every_min is 0 and must be 1 to 1440 min"),
        ("[heartbeat]\nto", "[heartbeat]\nfor", "heartbeat.for is not a field here and must be one of to, every_min"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_bound(folder: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    write(folder, GOOD.replace(old, new, 1))
    _site, problems = read_site(folder)
    assert any(said in str(problem) for problem in problems), [str(problem) for problem in problems]
    assert all(problem.line for problem in problems)


def test_a_channel_by_mail_needs_a_server(folder: Path) -> None:
    write(folder, GOOD[: GOOD.index("[mail]")] + GOOD[GOOD.index("[channels]") :])
    _site, problems = read_site(folder)
    assert "channels.duty.mail is given and must have a table [mail] with its server" in str(problems[0])


def test_the_kinds_of_the_street_are_those_of_correlation() -> None:
    assert STREET_KINDS == KINDS
