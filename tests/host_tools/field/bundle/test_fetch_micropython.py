"""Images by version: found on micropython.org's page, checked, pinned, and kept for where there is no network."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from host_tools.field.bundle.errors import BundleError, FetchError
from host_tools.field.bundle.fetch_micropython import PINS, Fetcher
from host_tools.field.bundle.sources import read_images
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import small_site

NAME = "ESP32_GENERIC-20241129-v1.24.1.bin"
IMAGE = stand_in_image("esp32", 100_000)
HASH = hashlib.sha256(IMAGE).hexdigest()


class Server:
    """What micropython.org has; ``asked`` is what was fetched from it."""

    def __init__(self) -> None:
        page = f'<a href="/resources/firmware/{NAME}">v1.24.1 (2024-11-29) .bin</a> ESP32_GENERIC-20241129-v1.24.11.bin'
        self.files = {"/download/ESP32_GENERIC/": page.encode(), f"/resources/firmware/{NAME}": IMAGE}
        self.asked: list[str] = []
        self.cut = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                data = server.files.get(self.path)
                if data is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) - server.cut])

            def log_message(self, *_arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    there = Server()
    yield there
    there.close()


def fetcher(server: Server, folder: Path) -> Fetcher:
    return Fetcher(folder / PINS, server.url, folder / "cache")


def test_it_is_fetched_once_then_pinned_and_kept(server: Server, tmp_path: Path) -> None:
    assert fetcher(server, tmp_path).fetch("esp32", "1.24.1", {HASH}) == (NAME, IMAGE)
    assert (tmp_path / PINS).read_text() == f"{HASH}  {NAME}\n"
    assert len(server.asked) == 2
    server.close()
    assert fetcher(server, tmp_path).fetch("esp32", "1.24.1", ()) == (NAME, IMAGE)  # without a network


def test_without_a_hash_it_says_what_it_is_and_keeps_nothing(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=f"if you believe it, add --sha256 {HASH}"):
        fetcher(server, tmp_path).fetch("esp32", "1.24.1", ())
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_one_that_was_named_or_pinned_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=f"has the SHA-256 {HASH} and must have {'0' * 64}$"):
        fetcher(server, tmp_path).fetch("esp32", "1.24.1", {"0" * 64})
    (tmp_path / PINS).write_text(f"{'1' * 64}  {NAME}\n")
    with pytest.raises(FetchError, match=f"must have {'1' * 64}, which .*{PINS} says"):
        fetcher(server, tmp_path).fetch("esp32", "1.24.1", {HASH})


def test_a_kept_file_that_went_bad_is_fetched_again(server: Server, tmp_path: Path) -> None:
    fetcher(server, tmp_path).fetch("esp32", "1.24.1", {HASH})
    (tmp_path / "cache" / NAME).write_bytes(b"rubbish")
    assert fetcher(server, tmp_path).fetch("esp32", "1.24.1", ())[1] == IMAGE


@pytest.mark.parametrize("version", ["1.24", "1.24.2", "9.9.9"])
def test_a_version_that_is_not_there_is_said_so(server: Server, tmp_path: Path, version: str) -> None:
    with pytest.raises(FetchError, match=rf"/download/ESP32_GENERIC/ has no MicroPython v{version}: take one"):
        fetcher(server, tmp_path).fetch("esp32", version, ())


def test_no_network_no_page_and_half_a_file_are_one_sentence_each(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"cannot be reached \(.*\): try again where there is a network"):
        Fetcher(tmp_path / PINS, "http://127.0.0.1:9", tmp_path).fetch("esp32", "1.24.1", ())
    with pytest.raises(FetchError, match="answers 404 Not Found"):
        fetcher(server, tmp_path).fetch("esp32c3", "1.24.1", ())
    server.cut = 1000
    with pytest.raises(FetchError, match=r"cannot be reached|try again"):
        fetcher(server, tmp_path).fetch("esp32", "1.24.1", {HASH})


def test_a_bad_line_among_the_pins_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / PINS).write_text("\nnonsense\n")
    with pytest.raises(FetchError, match=rf"line 2 of .*{PINS} must be a SHA-256"):
        fetcher(server, tmp_path).fetch("esp32", "1.24.1", ())


def test_a_site_takes_files_or_a_version_for_all_its_chips(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    site = small_site(("esp32-devkitc", "virtual"))
    found = read_images(site, ["v1.24.1"], {HASH}, tmp_path, server.url)
    assert found["esp32"].version == "v1.24.1"
    file = tmp_path / "own.bin"
    file.write_bytes(IMAGE)
    assert read_images(site, [str(file)], (), tmp_path) == found
    with pytest.raises(FetchError, match=r"own\.bin has the SHA-256"):
        read_images(site, [str(file)], {"0" * 64}, tmp_path)
    with pytest.raises(BundleError, match="two MicroPython images for esp32"):
        read_images(site, [str(file), str(file)], (), tmp_path)
    with pytest.raises(BundleError, match="--micropython is 'latest' and must be a file, or a version"):
        read_images(site, ["latest"], (), tmp_path)
