"""A town to try commands in: a folder with what the documentation takes for given, a broker, and a street on it.

As a program (`python -m tests.town FOLDER BROKER [KEY_FILE]`) it is the street: the poles of FOLDER's site, in real
time.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from host_tools.broker.mosquitto import Mosquitto
from host_tools.keys.key_file import KeyFile
from host_tools.site import load_site
from simulator import run
from simulator.virtual_pole.stand_in_image import stand_in_image

ROOT = Path(__file__).parent.parent
DIYA = Path(sys.executable).with_name("diya")
SAGAR = ROOT / "simulator" / "sites" / "sagar"
POLES = (*(f"P{number:04}" for number in range(1, 13)), "P0123")  # a street, and the pole the documentation names
IMAGES = {"ESP32_GENERIC.bin": ("esp32", 4)}
MADE = {  # files that take a verb to make
    "sagar.diya": [
        "bundle sagar --micropython ESP32_GENERIC.bin --key-file keys.txt --wifi wifi.csv --new-key --out sagar.diya"
    ],
    "sagar.update": [
        "bundle sagar --practice --key-file keys.txt --new-key --out practice.diya",
        "update sign sagar --key signing.pem --out sagar.update",
    ],
    "ravis-laptop.sqlite": [
        "registry bind 24:6f:28:aa:bb:02 diya:sagar/P0123 --by Ravi --registry ravis-laptop.sqlite"
    ],
}
PATIENCE_S = 90.0


class Town:
    """A folder of its own with two sites, `sagar` and `town`, images, Wi-Fi and keys; and a broker for both.

    *port* is where the broker is to be; another one where that is taken.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.broker = _broker(port)
        self._street: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.broker.start()
        self.work.mkdir(parents=True)
        for name in ("sagar", "town"):
            _lay_site(self.work / name, name, self.broker.url)
        for file, (chip, mb) in IMAGES.items():
            (self.work / file).write_bytes(stand_in_image(chip, 200_000, flash_mb=mb))
        (self.work / "wifi.csv").write_text("access_point,ssid,password\n*,town-lights,lamplight\n")
        keys = "".join(f"{pole}:{secrets.token_hex(32)}\n" for pole in POLES)
        for file in ("poles.keys", "keys.txt"):
            (self.work / file).write_text(keys)
            (self.work / file).chmod(0o600)
        return self

    def make(self, file: str) -> None:
        """*file*, one of ``MADE``, in the work folder."""
        for line in MADE[file]:
            done = subprocess.run(
                [DIYA, *line.split()], cwd=self.work, env=self.environment(), capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._street is not None:
            self._street.send_signal(signal.SIGINT)
            self._street.wait(30)
        self.broker.close()

    def light(self, keys: str = "") -> None:
        """Starts its street, each pole with its key in the file *keys* of the work folder; it lives until the end."""
        words = [str(self.work / "sagar"), self.broker.url, *([str(self.work / keys)] if keys else [])]
        self._street = subprocess.Popen(
            [sys.executable, "-m", "tests.town", *words], cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "firmware")])},
        )  # fmt: skip

    def wait_for_light(self) -> None:
        """Returns once every pole is online; poles spread their first connections over half a minute."""
        assert self._street
        until = time.monotonic() + PATIENCE_S
        while self.online() < len(POLES):
            assert time.monotonic() < until, "the town's poles do not come online"
            assert self._street.poll() is None, "the town's street ended"

    def online(self) -> int:
        """How many of its poles are, as `diya watch` counts them."""
        words = ("watch", "--site", "sagar", "--broker", self.broker.url, "--once", "--json")
        done = subprocess.run([DIYA, *words], cwd=self.work, env=self.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return sum(pole["online"] is True for pole in json.loads(done.stdout)["poles"])

    def environment(self, **more: str) -> dict[str, str]:
        """That of a user whose state is the town's, with `diya` and `mosquitto` on the path."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("DIYA_MICROPYTHON", "XDG_CACHE_HOME") if name in os.environ}
        path = os.pathsep.join([str(DIYA.parent), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
        return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb", **kept, **more}


def _broker(port: int) -> Mosquitto:
    if port:
        chosen = Mosquitto(port)
        try:
            chosen.start()
            return chosen
        except Exception:
            chosen.close()
    return Mosquitto()


def _lay_site(folder: Path, name: str, broker: str) -> None:
    folder.mkdir()
    text = (SAGAR / "site.toml").read_text(encoding="utf-8")
    text = text.replace('name = "sagar"', f'name = "{name}"').replace("mqtt://127.0.0.1:1883", broker)
    (folder / "site.toml").write_text(text, encoding="utf-8")
    head, *rows = [
        line for line in (SAGAR / "poles.csv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    rows = [row for row in rows if row.partition(",")[0] in POLES]
    (folder / "poles.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def main(folder: str, broker: str, key_file: str = "") -> None:
    """The street, until SIGINT."""
    site = load_site(folder)
    settings: Mapping[str, Any] = {}
    if key_file:
        settings = {"keys": {name: key.secret.hex() for name, key in KeyFile(Path(key_file)).known().items()}}
    start = datetime.now(ZoneInfo(site.timezone)).replace(tzinfo=None)
    options = run.Options(site=site, start=start, hours=24, speed=1.0, broker=broker, settings=settings)
    try:
        run.simulate(options)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
