"""A pole spoken to over its console, while it goes on lighting the street.

One request is one line of JSON, and so is its answer; every other line on the console is the pole's log.  Whatever was
lost on the line is asked for again under the same id, which a pole takes for the same request.

    with Service.open(url, on_log=print) as pole:
        print(pole.status().level, pole.read().power_w)
"""

from host_tools.field.console_client.answers import Event, Reading, Status
from host_tools.field.console_client.client import Service
from host_tools.field.console_client.diagnosis import PoleGone, PoleSilent
from host_tools.field.console_client.exchange import Port, Refused

__all__ = ["Event", "PoleGone", "PoleSilent", "Port", "Reading", "Refused", "Service", "Status"]
