"""The form by which a second person agrees to a rollout."""

from __future__ import annotations

from host_tools.city.console.city import city_of
from host_tools.city.console.request_types import Form, Web
from host_tools.city.rollouts import requests
from host_tools.language.refusal import Refusal


def second_agrees(request: Web, number: int, data: Form) -> None:
    """Writes for the receiver, which checks the code, that the person in *data* agrees to the rollout *number*.

    Raises Refusal where a name or a code is missing, and CommandError where the rollout waits for nobody.
    """
    city = city_of(request)
    second, code = data.get("second", "").strip(), "".join(data.get("code", "").split())
    if not second or len(second) > 64 or not code.isdecimal() or len(code) != 6:
        raise Refusal("console_rollouts.no_code")
    with city.writing() as connection:
        requests.agree(connection, number, second, code, city.now(connection))
