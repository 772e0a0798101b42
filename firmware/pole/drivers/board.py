"""Makes a pole's ports from its board file: which drivers, on which pins.  A driver no table names is not imported."""

import json


def read(vfs):
    """The board's description from ``board.json``, as ``boards/*.toml`` has it.

    Raises OSError when the file is missing and ValueError when it is not JSON.
    """
    with open(vfs + "/board.json") as file:
        return json.load(file)


class Ports:
    """All hardware of one pole, and the one object the app is handed.

    ``relay``, ``dimmer`` and ``watchdog`` are there at once; ``open`` adds the rest.  ``meter``, ``rtc``, ``photocell``
    are None on a board without them.
    """

    def __init__(self, description):
        from pole.drivers.dimmer import Dimmer
        from pole.drivers.relay import Relay
        from pole.drivers.watchdog import Watchdog

        self.description = description
        relay, dimmer = description["relay"], description["dimmer"]
        self.relay = Relay(relay["pin"], relay["closed"])
        self.dimmer = Dimmer(dimmer["pin"], dimmer["frequency"], dimmer["inverted"])
        self.watchdog = Watchdog(description["watchdog"]["timeout_s"])

    def open(self, vfs, data, net):
        """Opens everything else; *net* stands in for ``drivers/net.py`` where sockets are not MicroPython's."""
        from pole.drivers import chip
        from pole.drivers.files import Files
        from pole.drivers.wifi import Radio

        self.chip = chip
        self.factory = Files(vfs)
        self.store = Files(data)
        self.radio = Radio()
        if net is None:
            from pole.drivers import net
        self.net = net
        self.meter = self._meter(self.description.get("meter"))
        self.rtc = self._rtc(self.description.get("rtc"))
        self.photocell = self._photocell(self.description.get("photocell"))

    def capabilities(self):
        """What this pole can do, for ``birth``."""
        return [name for name in ("dimmer", "meter", "photocell", "relay", "rtc") if name in self.description]

    def _meter(self, table):
        if table:
            from pole.drivers.bl0942 import Bl0942

            return Bl0942(table["uart"], table["tx"], table["rx"], table["baud"])

    def _rtc(self, table):
        if table:
            from pole.drivers.ds3231 import Ds3231

            return Ds3231(table["bus"], table["scl"], table["sda"])

    def _photocell(self, table):
        if table:
            from pole.drivers.photocell import Photocell

            return Photocell(table["pin"], table["full_scale_lux"])
