"""The same under MicroPython, over the pole's sockets.py: ``micropython vm_tls.py FOLDER < JOB``, see secure_pole.py.

Prints the result as JSON, with ``clock``: what the chip's clock was set to, each time.
"""

import asyncio
import json
import sys

CLOCK = []


class RTC:
    def datetime(self, fields):
        CLOCK.append(list(fields))


class Machine:
    """What the unix port's ``machine`` lacks."""

    RTC = RTC


sys.modules["machine"] = Machine

from secure_pole import live  # noqa: E402

from pole.drivers.network import sockets  # noqa: E402


class Net:
    connect = staticmethod(sockets.connect)
    set_time = staticmethod(sockets.set_time)
    shortage = staticmethod(sockets.shortage)

    async def resolve(self, host):
        return "127.0.0.1"  # the unix port's look-up answers in another form than the ESP32's


out = asyncio.run(live(Net(), sys.argv[1], json.load(sys.stdin)))
out["clock"] = CLOCK
print(json.dumps(out))
