"""Standard streams as shells and services leave them: closed, full, in another encoding."""

import subprocess
import sys
from pathlib import Path

import pytest

DIYA = str(Path(sys.executable).with_name("diya"))
PLAIN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


def sh(command: str, **env: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["bash", "-c", command.replace("diya", DIYA)], env={**PLAIN, **env}, capture_output=True)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("line", ["diya boards", "diya --help", "diya --version", "diya"])
def test_output_that_is_closed_or_full_is_said_in_one_sentence(line: str, unbuffered: str) -> None:
    full = sh(f"{line} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert (full.returncode, full.stderr) == (1, b"diya: standard output: No space left on device.\n")
    closed = sh(f"{line} >&-", PYTHONUNBUFFERED=unbuffered)
    assert (closed.returncode, closed.stderr) == (1, b"diya: standard output: Bad file descriptor.\n")


def test_a_reader_that_has_had_enough_is_left_in_silence() -> None:
    done = sh('diya simulate --list-happenings | head -c 1 > /dev/null; echo "${PIPESTATUS[0]}"')
    assert done.stderr == b""
    assert done.stdout in (b"1\n", b"0\n")  # 0 where all of it fitted into the pipe before `head` ended


def test_closed_input_is_empty_input() -> None:
    done = sh("diya flash <&-")
    assert done.returncode == 2
    assert done.stderr == b"diya: Name the bundle to flash, as `diya bundle` made it.\n"


def test_closed_errors_change_nothing_else() -> None:
    assert sh("diya boards 2>&-").stdout == sh("diya boards").stdout
    assert sh("diya dance 2>&-").returncode == 2
    assert sh("diya dance 2>/dev/full").returncode == 2


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "xx_YY.unknown"},
        {"LANG": "C.UTF-8"},
    ],
    ids=str,
)
def test_hindi_is_hindi_in_every_locale(locale: dict[str, str]) -> None:
    done = sh("diya flash --help --lang hi", **locale)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("प्रयोग: diya flash")
    refused = sh("diya boards दीया", **locale)
    assert "There is no board 'दीया'" in refused.stderr.decode()


def test_an_encoding_that_has_no_hindi_escapes_it() -> None:
    done = sh("diya flash --help --lang hi", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert done.stdout.startswith(rb"\u092a\u094d")
