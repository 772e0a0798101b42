"""The city's key file: read as people write it, changed by several programs at once, and never printed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from host_tools.errors import CommandError
from host_tools.files import write_secret
from host_tools.keys.key import Key
from host_tools.keys.key_file import KeyFile, for_pole, for_target

ONE, TWO, THREE = "01" * 32, "ab" * 32, "5F" * 32


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(f"# sagar\nP0001:{ONE}\nP0002:{TWO}\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("encode", [
    lambda text: text.encode(),
    lambda text: text.encode("utf-8-sig"),
    lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text: text.encode("utf-16"),  # as PowerShell's > writes it
    lambda text: text.rstrip("\n").encode(),
])  # fmt: skip
def test_a_key_file_is_read_as_editors_write_it(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    path = tmp_path / "keys"
    path.write_bytes(
        encode(f"# सागर\n\n  # ward 21\nW21 : {THREE}  # the ward's\n\tP0001:{ONE}\nP0001:{TWO} pending\n")
    )
    found = KeyFile(path)
    assert found.current == {"W21": Key("W21", bytes.fromhex(THREE)), "P0001": Key("P0001", bytes.fromhex(ONE))}
    assert found.pending == {"P0001": Key("P0001", bytes.fromhex(TWO))}
    assert ONE not in repr(found.current)


@pytest.mark.parametrize(("line", "words"), [
    (ONE, "must be a key's name, a colon and 64 hexadecimal digits"),
    ("P0003 " + ONE, "must be a key's name, a colon and 64 hexadecimal digits"),
    (f"P0003:{ONE[:-1]}", "has a key of 63 digits"),
    (f"P0003:{ONE}0", "has a key of 65 digits"),
    ("P0003:", "has a key of 0 digits"),
    (f"P0003:{ONE[:-1]}g", "characters that are no hexadecimal digits"),
    (f"P0003:0x{ONE}", "characters that are no hexadecimal digits"),
    (f"{ONE}:P0003", "has a name that makes no sense"),
    (f"खंभा:{ONE}", "has a name that makes no sense"),
    (f"P0003:{ONE} waiting", "has something behind the key"),
    (f"P0001:{THREE}", "has the same name as line 2"),
])  # fmt: skip
def test_a_mistake_is_named_by_its_line_and_no_key_is_told(keys: Path, line: str, words: str) -> None:
    with keys.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CommandError, match=words) as said:
        KeyFile(keys)
    assert f"line 4 of the key file {keys}" in str(said.value)
    assert not any(secret[:8] in str(said.value).replace(str(keys), "") for secret in (ONE, TWO, THREE))


def test_a_file_that_is_no_text_is_named_by_its_line(keys: Path) -> None:
    keys.write_bytes(keys.read_bytes() + b"P0003:\xff\xfe\n")
    with pytest.raises(CommandError, match=r"line 4 .* is not text in UTF-8"):
        KeyFile(keys)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        KeyFile(tmp_path / "none")


def test_two_who_change_a_key_each_lose_neither(keys: Path) -> None:
    """Both have read the file before either writes (toolhive#4339)."""
    one, other = KeyFile(keys), KeyFile(keys)
    first, second = one.proposed("P0001"), other.proposed("P0002")
    other.settle("P0002")
    one.settle("P0001")
    found = KeyFile(keys)
    assert (found.current, found.pending) == ({"P0001": first, "P0002": second}, {})
    assert found.path.read_text().startswith("# sagar\n")


def test_two_who_change_the_same_key_agree_on_one(keys: Path) -> None:
    one, other = KeyFile(keys), KeyFile(keys)
    new = one.proposed("P0001")
    assert other.proposed("P0001") == new
    one.settle("P0001")
    other.settle("P0001")
    assert (KeyFile(keys).current["P0001"], KeyFile(keys).pending) == (new, {})


def test_one_who_is_late_takes_no_newer_key_away(keys: Path) -> None:
    late = KeyFile(keys)
    late.propose("P0001")
    KeyFile(keys).settle("P0001")
    newer = KeyFile(keys).proposed("P0001")
    late.settle("P0001")
    assert KeyFile(keys).pending["P0001"] == newer


def test_several_keys_are_settled_at_once_and_none_that_another_has_settled(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = KeyFile(keys)
    names = [f"P{number:04}" for number in range(100, 400)]
    file.add(names)
    file.propose(*names)
    proposed = {name: file.proposed(name) for name in names}
    KeyFile(keys).settle("P0100")
    newer = KeyFile(keys).proposed("P0100")
    writes = []
    monkeypatch.setattr(
        "host_tools.keys.key_file.write_secret", lambda path, text: writes.append(write_secret(path, text))
    )
    file.settle(*names, "P0999")
    assert len(writes) == 1
    found = KeyFile(keys)
    assert found.pending == {"P0100": newer}
    assert {name: found.current[name] for name in names} == proposed
    assert len(found.path.read_text().splitlines()) == 3 + len(names) + 1


def test_many_at_once_lose_nothing(keys: Path) -> None:
    run = (
        "import sys; from pathlib import Path; from host_tools.keys.key_file import KeyFile\n"
        f"file = KeyFile(Path({str(keys)!r}))\n"
        "for n in range(15): file.add([f'{sys.argv[1]}{n}'])\n"
        "file.propose(sys.argv[1] + '0'); file.settle(sys.argv[1] + '0')"
    )
    several = [subprocess.Popen([sys.executable, "-c", run, name]) for name in "ABC"]
    assert [one.wait(120) for one in several] == [0, 0, 0]
    assert set(KeyFile(keys).current) == {"P0001", "P0002", *(f"{name}{n}" for name in "ABC" for n in range(15))}


def test_a_key_that_is_there_is_not_made_again(keys: Path) -> None:
    assert KeyFile(keys).add(["P0001", "P0003", "P0003"]) == ["P0003"]
    assert KeyFile(keys).current["P0001"].secret.hex() == ONE


def test_a_key_file_that_is_a_link_stays_one(keys: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("keys")
    file = KeyFile(link)
    file.propose("P0001")
    assert link.is_symlink()
    assert set(KeyFile(keys).pending) == {"P0001"}


def _keys(*names: str) -> dict[str, Key]:
    return {name: Key(name, name.encode()) for name in names}


POLES = ("P0001", "P0002", "P0003")
MEANT = {"P0001": ("W21", "main-road"), "P0002": ("W22", "main-road")}


@pytest.mark.parametrize(("names", "group", "way"), [
    # to a pole: its own key, else one of its groups, the site's, or the only one
    ("P0001 P0002 W21", None, {"P0001": "P0001", "P0002": "P0002"}),
    ("W21 P0002", None, {"P0001": "W21", "P0002": "P0002"}),
    ("main-road P0009", None, {"P0001": "main-road", "P0002": "main-road"}),
    ("sagar P0009", None, {"P0001": "sagar", "P0002": "sagar"}),
    ("city", None, {"P0001": "city", "P0002": "city"}),
    # to a group: one message under a key they share, else each under its own
    ("P0001 P0002 main-road", "main-road", "main-road"),
    ("P0001 P0002 sagar", "main-road", "sagar"),
    ("city", "main-road", "city"),
    ("P0001 P0002", "main-road", {"P0001": "P0001", "P0002": "P0002"}),
    ("P0001 P0002 W21", "main-road", {"P0001": "P0001", "P0002": "P0002"}),
    # to all
    ("P0001 P0002 sagar", "", "sagar"),
    ("P0001 P0002 main-road", "", {"P0001": "P0001", "P0002": "P0002"}),
    ("city", "", "city"),
])  # fmt: skip
def test_which_key_a_command_is_sealed_with(names: str, group: str | None, way: str | dict[str, str]) -> None:
    found = for_target(_keys(*names.split()), "sagar", group, MEANT, POLES)
    named = found.name if isinstance(found, Key) else {pole: key.name for pole, key in found.items()}
    assert named == way


@pytest.mark.parametrize(("names", "group", "who"), [
    ("P0001", None, "P0002"),  # the only key, and another pole's own
    ("P0001", "", "P0002"),
    ("P0003", None, "P0001, P0002"),
    ("P0001 P0003", "main-road", "P0002"),
    ("P0008 P0009", "", "P0001, P0002"),
])  # fmt: skip
def test_a_pole_without_a_key_is_named(names: str, group: str | None, who: str) -> None:
    with pytest.raises(CommandError, match=f"the key file has no key for {who}: it must hold their own, or one"):
        for_target(_keys(*names.split()), "sagar", group, MEANT, POLES)


def test_a_pole_on_its_own_is_answered_none_where_there_is_no_key() -> None:
    assert for_pole(_keys("P0008", "P0009"), "P0001", ("W21",), "sagar") is None


def test_new_keys_are_not_made_where_they_cannot_be_kept() -> None:
    file = KeyFile(Path("/dev/null"))
    with pytest.raises(CommandError, match="the key file /dev/null must be a file on a disk"):
        file.add(["P0001"])
