"""The client of a pole's console, used while the pole goes on lighting the street.

One request is one line of JSON, and so is its answer; every other line on the console is the pole's log.  A request
that was lost on the line is sent again under the same id, by which the pole recognises it.

    with Service.open(url, on_log=print) as pole:
        print(pole.status().level, pole.read().power_w)
"""

from host_tools.field.console_client.answers import Event, Reading, Status
from host_tools.field.console_client.client import Service
from host_tools.field.console_client.diagnosis import PoleGone, PoleSilent
from host_tools.field.console_client.exchange import Port, Refused

__all__ = ["Event", "PoleGone", "PoleSilent", "Port", "Reading", "Refused", "Service", "Status"]
