"""MicroPython images by version, from micropython.org, each checked against a SHA-256.

micropython.org does not publish the hashes of its files, so the first person who fetches one gives the expected hash,
or is shown the hash and decides.  From then on it is pinned in a file beside the site's, in the form of `sha256sum`,
and an image that was fetched before needs no network.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Collection
from pathlib import Path

from host_tools.field.bundle.errors import FetchError
from host_tools.files import replace_file
from host_tools.user_folders import cache_folder

BASE = "https://micropython.org"
PINS = "micropython.sha256"
BOARDS = {"esp32": "ESP32_GENERIC", "esp32s3": "ESP32_GENERIC_S3", "esp32c3": "ESP32_GENERIC_C3"}
VERSION = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)")
_PIN = re.compile(r"([0-9a-f]{64}) [ *](\S+)")
_TIMEOUT_S = 30
_MOST = 16 * 1024 * 1024  # bytes: no flash of ours is larger


class Fetcher:
    """Fetches from *base*; keeps what it fetched in the folder *cache*, and the hashes in the file *pins*."""

    def __init__(self, pins: Path, base: str = BASE, cache: Path | None = None) -> None:
        self._pins = pins
        self._base = base.rstrip("/")
        self._cache = cache or cache_folder() / "micropython"

    def fetch(self, chip: str, version: str, hashes: Collection[str]) -> tuple[str, bytes]:
        """Name and content of the image of MicroPython *version* (such as 1.24.1) for *chip*.

        Its SHA-256 must be the pinned one where there is one, else one of *hashes*, and is pinned then.  Raises
        FetchError.
        """
        pattern = re.compile(rf"{BOARDS[chip]}-\d{{8}}-v{re.escape(version)}\.bin")
        pinned = {name: known for name, known in self._pinned().items() if pattern.fullmatch(name)}
        name = next(iter(pinned), None) or self._find(BOARDS[chip], version, pattern)
        file = self._cache / name
        data = file.read_bytes() if file.is_file() else b""
        known = pinned.get(name, "")
        if not known or _hash(data) != known:
            data = self._get(f"resources/firmware/{name}")
        found = _hash(data)
        if known and found != known:
            raise FetchError(f"{name} has the SHA-256 {found} and must have {known}, which {self._pins} says")
        if hashes and found not in hashes:
            raise FetchError(f"{name} has the SHA-256 {found} and must have {' or '.join(sorted(hashes))}")
        if not known and not hashes:
            raise FetchError(f"nothing says which SHA-256 {name} must have: if you believe it, add --sha256 {found}")
        self._keep(file, data)
        if not known:
            self._pin(name, found)
        return name, data

    def _find(self, board: str, version: str, pattern: re.Pattern[str]) -> str:
        """The name of a file has the day of the release in it, which is found on the board's page only."""
        found = pattern.search(self._get(f"download/{board}/").decode("utf-8", "replace"))
        if not found:
            raise FetchError(f"{self._base}/download/{board}/ has no MicroPython v{version}: take one that is there")
        return found[0]

    def _get(self, path: str) -> bytes:
        url = f"{self._base}/{path}"
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
                data: bytes = answer.read(_MOST + 1)
                length = answer.headers.get("Content-Length", "")
        except urllib.error.HTTPError as error:
            error.close()
            raise FetchError(f"{url} answers {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise FetchError(
                f"{self._base} cannot be reached ({why}): try again where there is a network, or name an image's file"
            ) from error
        if len(data) > _MOST or (length.isdigit() and int(length) != len(data)):
            raise FetchError(f"{url} gave {len(data)} bytes of {length or 'too many'}: try again")
        return data

    def _pinned(self) -> dict[str, str]:
        try:
            lines = self._pins.read_text(encoding="utf-8").splitlines() if self._pins.exists() else []
        except (OSError, UnicodeDecodeError) as error:
            raise FetchError(f"{self._pins} cannot be read: {error}") from error
        out = {}
        for number, line in enumerate(lines, 1):
            found = _PIN.fullmatch(line.strip())
            if line.strip() and not found:
                raise FetchError(f"line {number} of {self._pins} must be a SHA-256, two spaces and an image's name")
            if found:
                out[found[2]] = found[1]
        return out

    def _pin(self, name: str, found: str) -> None:
        try:
            with self._pins.open("a", encoding="utf-8") as file:
                file.write(f"{found}  {name}\n")
        except OSError as error:
            raise FetchError(f"{self._pins} cannot be written: {error.strerror}") from error

    def _keep(self, file: Path, data: bytes) -> None:
        """Stores *data* in the cache; where that fails, it is fetched again the next time."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            replace_file(file, data)
        except OSError:
            pass


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
