"""The file with the Wi-Fi networks: read as people write it; what is wrong is said without a password."""

from collections.abc import Callable
from pathlib import Path

import pytest

from host_tools.field.bundle.errors import BundleError
from host_tools.field.bundle.wifi_file import Network, networks

HEAD = "access_point,ssid,password\n"


@pytest.fixture
def wifi(tmp_path: Path) -> Path:
    return tmp_path / "wifi.csv"


@pytest.mark.parametrize("encode", [
    lambda text: text.encode(),
    lambda text: text.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text: ("sep=;\n" + text.replace(",", ";")).encode("cp1252"),
    lambda text: text.replace(",", "\t").encode("utf-16"),
    lambda text: "".join('"' + line.replace(",", '","') + '"\n' for line in text.splitlines()).encode(),
    lambda text: "".join(
        (line + ",\n").replace("access_point,ssid,password,", "Access Point,SSID,Password,Remark")
        for line in text.splitlines()
    ).encode(),
])  # fmt: skip
def test_it_is_read_as_people_and_spreadsheets_write_it(wifi: Path, encode: Callable[[str], bytes]) -> None:
    wifi.write_bytes(encode(f"{HEAD}north,Café,lamp light 1\n*,lights,open\nsouth,s,{'aF' * 32}\n"))
    assert networks(wifi) == {
        "north": Network("Café", "lamp light 1"), "*": Network("lights", ""), "south": Network("s", "aF" * 32),
    }  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [
    ("", "the first line must have the columns access_point, ssid, password, and access_point is missing"),
    ("access_point,ssid\nnorth,a\n", "password is missing"),
    ("ssid,password,access_point,ssid\n", "ssid is there twice"),
    (HEAD, "it must have a line for each access point"),
    (f"{HEAD}north,a,secret7\n", "line 2: password must have 8 to 63 characters, or be a key of 64 hexadecimal"),
    (f"{HEAD}north,a,{'secret' * 10}64ch\n", "line 2: password must have 8 to 63 characters"),
    (f"{HEAD}north,a,\n", "line 2: password is empty; for a network without one it must be the word open"),
    (f"{HEAD}\n\nnorth,a,सीक्रेट-secret\n", "line 4: password has a character that WPA does not know"),
    (f"{HEAD}north,a,secret\x07secret\n", "line 2: password has a character that WPA does not know"),
    (f"{HEAD}north,चौराहे की बत्तियाँ,secretsecret\n", "line 2: ssid has 50 bytes in UTF-8 and must have"),
    (f"{HEAD}north,a,9.87654E+11\n", "line 2: password is a number that a spreadsheet has rounded"),
    (f"{HEAD}north,,secretsecret\n", "line 2: ssid is empty"),
    (f"{HEAD},a,secretsecret\n", r"line 2: access_point is empty and must be a name, or \* for any other"),
    (f"{HEAD}north,a,secretsecret\nnorth,b,secretsecret\n", "line 3: access_point is the same as on line 2"),
    (f"{HEAD}north,a,secret,secret8\n", "line 2 has 4 cells and must have 3"),
    (f"{HEAD}secretsecret\n", "line 2 has 1 cells and must have 3"),
    (f'{HEAD}north,a,"secretsecret\n', "line 2 is no CSV"),
])  # fmt: skip
def test_a_mistake_is_named_by_line_and_column_and_no_password_is_told(wifi: Path, text: str, words: str) -> None:
    wifi.write_text(text)
    with pytest.raises(BundleError, match=words) as said:
        networks(wifi)
    assert str(said.value).startswith(f"the Wi-Fi file {wifi}")
    assert "secret" not in str(said.value)


def test_bytes_that_are_no_utf_8_do_not_tell_the_file(wifi: Path) -> None:
    wifi.write_bytes(HEAD.encode() + b"north,a,secretsecr\xe9t\n")
    with pytest.raises(BundleError, match="line 2: password has a character") as said:
        networks(wifi)
    assert "secret" not in str(said.value)


def test_a_file_that_is_not_there_or_a_folder_is_said(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BundleError, match=f"cannot be read: {why}"):
            networks(path)
