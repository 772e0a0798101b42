"""Measures what an update costs a pole: bytes on its connection, time, and memory while its signature is checked.

The bytes are those of the pole's own MQTT connection, both ways, with all that MQTT adds and all that the pole says in
the ten minutes from the order on; TLS, which the modelled network has not, adds 29 bytes a record (TLS 1.2, AES-GCM).
A simulated pole's golden app is not in its flash, so the first update brings all of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from rich.console import Console
from rich.table import Table

from host_tools.firmware_build.compile import compile_tree
from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.keys.signing import Signer
from host_tools.release import container
from host_tools.release.build import Ingredients, build, version_of
from host_tools.release.container import Release
from host_tools.site import load_site
from host_tools.site.model import Site
from host_tools.user_folders import writable_cache
from host_tools.wire import envelope
from pole.wire import contract
from simulator.benchmarks import heap
from simulator.benchmarks.wasm import missing
from simulator.network.endpoint import SOCK_STREAM, Endpoint
from simulator.run import Options, simulate
from simulator.street.street import Street

BOARD = "virtual"
START = datetime(2026, 11, 24, 20)
HOURS = 0.6
ORDERS_MS = (660_000, 1_500_000)  # the pole has run for more than ten minutes: it may switch once all is there
COUNTED_MS = 600_000  # so long all that it says and is told is counted
SERIAL = 1_795_500_000_000
WINDOW_S = 60
VERSIONS = ("0.2.0", "0.3.0")
MOMENTS = (
    "while an update's JSON is read", "while an update's signature is checked",
    "while an update is accepted, begins or ends", "while an update comes", "while new software is on probation",
)  # fmt: skip
_HERE = Path(__file__).parent


@dataclass
class Cost:
    """An update that is ordered at ``ordered_ms``: bytes to the pole (``down``) and from it, ms from the order until it
    runs and until it is confirmed, each 0 where that did not come.
    """

    ordered_ms: int
    down: int = 0
    up: int = 0
    tried_ms: int = 0
    confirmed_ms: int = 0

    @property
    def bytes(self) -> int:
        return self.down + self.up


class _Counted:
    """An endpoint of a pole whose bytes are counted."""

    def __init__(self, of: Endpoint, sent: Callable[[int], None], received: Callable[[int], None]) -> None:
        self._of, self._sent, self._received = of, sent, received
        self.ready, self.close, self.vanish = of.ready, of.close, of.vanish

    def send(self, data: bytes) -> int:
        taken = self._of.send(data)
        self._sent(max(0, taken))
        return taken

    def recv(self, limit: int) -> bytes | int:
        out = self._of.recv(limit)
        if isinstance(out, bytes):
            self._received(len(out))
        return out


def show(console: Console) -> None:
    """Measures and prints both tables."""
    whole, one = air()
    table = Table(title="an update over the air (docs/updates.md)", title_justify="left")
    for column in ("what", "whole app", "one file"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what, *figures in (
        ("bytes to the pole", whole.down, one.down), ("bytes from the pole", whole.up, one.up),
        ("seconds until it is tried", whole.tried_ms // 1000, one.tried_ms // 1000),
        (f"seconds until it is confirmed, window {WINDOW_S} s", whole.confirmed_ms // 1000, one.confirmed_ms // 1000),
    ):  # fmt: skip
        table.add_row(str(what), *(f"{figure:,}" for figure in figures))
    console.print(table)
    console.print(f"one file costs {100 * one.bytes / whole.bytes:.1f} % of the whole app's bytes")
    needs, took_ms, passes_ms = verification()
    console.print(
        f"checking RSA-3072 takes {took_ms:.1f} ms on this computer, as long as {100_000 * took_ms / passes_ms:,.0f} "
        f"passes of an empty loop, and {needs:,} bytes of the heap beside its code"
    )
    if missing():
        console.print(missing())
        return
    rows = {row.what: row.live for row in heap.measure().rows}
    memory = Table(title="the heap during an update, in the ESP32's memory layout, bytes", title_justify="left")
    for column in ("what", "in use", f"of {heap.BUDGET:,} to spare"):
        memory.add_column(column, justify="left" if column == "what" else "right")
    for what in MOMENTS:
        live = rows[what] + (needs if "signature" in what else 0)
        memory.add_row(what, f"{live:,}", f"{heap.BUDGET - live:,}")
    console.print(memory)


def air() -> tuple[Cost, Cost]:
    """What a pole's first update costs it, the whole app, and its second one, of one file that has changed."""
    site = load_site("sagar", 1)
    site = site.with_poles([replace(pole, board=BOARD) for pole in site.poles])
    signer = Signer(rsa.generate_private_key(65537, 3072))
    with tempfile.TemporaryDirectory(prefix="diya-air-") as folder:
        whole = _release(site, signer, Path(folder), 0)
        one = _release(site, signer, Path(folder), 1, whole)
    costs = [Cost(at_ms) for at_ms in ORDERS_MS]

    def begin(street: Street) -> None:
        network, kernel = cast(Any, street.network), street.kernel
        connect = network.connect

        def current() -> Cost | None:
            begun = [cost for cost in costs if cost.ordered_ms <= kernel.now_ms < cost.ordered_ms + COUNTED_MS]
            return begun[0] if begun else None

        def sent(many: int) -> None:
            if cost := current():
                cost.up += many

        def received(many: int) -> None:
            if cost := current():
                cost.down += many

        def counted(pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Any:
            found = connect(pole, kind, address, port, changed)
            return _Counted(found, sent, received) if kind == SOCK_STREAM else found

        network.connect = counted
        topic = contract.topic(site.root, site.name, site.poles[0].name, contract.UPDATE)
        for n, (release, cost) in enumerate(zip((whole, one), costs, strict=True)):
            for name, data in release.pieces(BOARD):
                piece = f"{site.root}/{site.name}/{name}"
                kernel.at(1000, partial(network.broker.publish, piece, data, 1, True))
            body = json.dumps({**release.message(BOARD), "spread": 0})
            order = envelope.seal(topic, "bench", SERIAL + n, body)
            kernel.at(cost.ordered_ms, partial(network.broker.publish, topic, order, 1, True))

    outcome = simulate(
        Options(
            site, START, HOURS, "micropython", transcript=True, settings={"report.spread": 0},
            files={"update.pem": signer.public},
        ),
        begin=begin,
    )  # fmt: skip
    assert outcome.transcript
    for line in map(json.loads, outcome.transcript.lines()):
        app = line["payload"].get("app") if line["kind"] == contract.BIRTH else None
        if app and app["version"] in VERSIONS:
            cost = costs[VERSIONS.index(app["version"])]
            at = "tried_ms" if app["probation"] else "confirmed_ms"
            setattr(cost, at, getattr(cost, at) or line["ms"] - cost.ordered_ms)
    assert all(cost.confirmed_ms for cost in costs), "an update was not confirmed"
    return costs[0], costs[1]


def _release(site: Site, signer: Signer, folder: Path, number: int, *older: Release) -> Release:
    """The firmware under the version of that *number*, which stands in one file."""
    source = folder / VERSIONS[number]
    shutil.copytree(FIRMWARE, source, ignore=shutil.ignore_patterns("__pycache__"))
    app = source / "pole" / "app.py"
    app.write_text(app.read_text().replace(f'FIRMWARE = "{version_of(FIRMWARE)}"', f'FIRMWARE = "{VERSIONS[number]}"'))
    given = Ingredients(site, SERIAL + number, older, window=WINDOW_S)
    return container.unpack(build(given, signer, source), "bench.update")


def verification() -> tuple[int, float, float]:
    """Bytes of the heap that checking a signature takes for a moment, and ms on this computer's MicroPython; and ms of
    100,000 passes of an empty loop there.

    The bytes are the least in one piece with which it succeeds where nothing else is free.  Large integers take as
    much on an ESP32: their digits are half as long there, and twice as many.
    """
    signer, text = Signer(rsa.generate_private_key(65537, 3072)), b"m" * 600
    given = {"text": text.decode(), "signature": signer.sign(text).hex(), "modulus": signer.modulus.hex()}
    with tempfile.TemporaryDirectory(prefix="diya-rsa-") as folder:
        file = Path(folder) / "given.json"
        file.write_text(json.dumps(given))
        app = compile_tree(FIRMWARE, writable_cache("mpy"))
        command = [*find_micropython(), "-X", "heapsize=256K", str(_HERE / "vm" / "rsa.py"), str(file), str(app)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    took_ms, needs, passes_ms = json.loads(done.stdout)
    return int(needs), float(took_ms), float(passes_ms)
