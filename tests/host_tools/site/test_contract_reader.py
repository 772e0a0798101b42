"""The table [contract] of site.toml: defaults, what it may say, and each mistake in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.site.contract import Contract
from host_tools.site.load import read_site
from tests.town import SAGAR


def read(folder: Path, text: str) -> tuple[Contract, list[str]]:
    site = (SAGAR / "site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(site.split("[contract]")[0] + text, encoding="utf-8")
    (folder / "poles.csv").write_text((SAGAR / "poles.csv").read_text(encoding="utf-8"), encoding="utf-8")
    found, problems = read_site(folder)
    assert found is not None
    return found.contract, [str(one) for one in problems]


def test_a_site_without_a_contract_has_that_of_gurugram_and_no_tariff(tmp_path: Path) -> None:
    contract, problems = read(tmp_path, "")
    assert problems == []
    assert (contract.uptime_percent, contract.repair_hours, contract.penalty_rupees) == (95, 24, 50)
    assert contract.rupees_per_kwh is None
    assert contract.repair_s("lampFailure", "W21") == 24 * 3600
    assert contract.contractor_of("W21") == ""


def test_hours_by_kind_count_before_those_by_ward(tmp_path: Path) -> None:
    text = """[contract]
uptime_percent = 98
repair_hours = 24
penalty_rupees = 100
rupees_per_kwh = 6.35
excluded = ["feederOutage", "supplyLoss"]
always_on = "sun"
repair_hours_of = { W21 = 48, lampPowerTooLow = 72.5 }
old_watts = { led-150 = 250, park = 150 }
[contract.contractors]
"Ujala & Sons" = ["W21"]
"""
    contract, problems = read(tmp_path, text)
    assert problems == []
    assert contract.repair_s("lampFailure", "W21") == 48 * 3600
    assert contract.repair_s("lampPowerTooLow", "W21") == 72.5 * 3600
    assert contract.repair_s("lampFailure", "W22") == 24 * 3600
    assert contract.contractor_of("W21") == "Ujala & Sons"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("uptime_percent = 101", "contract.uptime_percent is 101 and must be 0 to 100 percent"),
        ("repair_hours = 0", "contract.repair_hours is 0 and must be 1 to 2160 hours"),
        ('penalty_rupees = "50"', "contract.penalty_rupees is '50'"),
        ("rupees_per_kwh = -1", "contract.rupees_per_kwh is -1 and must be 0 to 1000 rupees a kWh"),
        ('always_on = "noon"', "contract.always_on is 'noon'"),
        ('excluded = ["tea"]', "contract.excluded[1] is 'tea'"),
        ("repair_hours_of = { W99 = 24 }", "contract.repair_hours_of.W99 is no ward and no kind of alarm"),
        ("old_watts = { tube = 40 }", "contract.old_watts.tube is no luminaire and no road class"),
        ('contractors = { A = ["W99"] }', "contract.contractors.A[1] is 'W99'"),
        ('contractors = { A = ["W21"], B = ["W21"] }', "must be a ward that A does not have"),
        ("bonus = 1", "contract.bonus is not a field here"),
    ],
)
def test_a_mistake_names_the_field_and_the_bound(tmp_path: Path, text: str, said: str) -> None:
    _contract, problems = read(tmp_path, f"[contract]\n{text}\n")
    assert len(problems) == 1
    assert said in problems[0]
