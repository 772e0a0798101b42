"""Files replaced whole: links, modes, full disks and programs that run at the same time."""

import errno
import os
import resource
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_tools import files
from host_tools.files import Busy, create_secret, locked, replace_file, secret_folder, write_secret

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


def test_a_new_secret_is_never_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    really = os.open

    def watched(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        handle = really(path, flags, mode, **more)
        if flags & os.O_CREAT:
            seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return handle

    monkeypatch.setattr(os, "open", watched)
    with umask(0):
        write_secret(tmp_path / "keys", "P0001:00")
        create_secret(tmp_path / "more", "P0001:00")
    assert seen == [0o600, 0o600]
    assert mode_of(tmp_path / "keys") == mode_of(tmp_path / "more") == 0o600


def test_an_ordinary_file_has_the_mode_the_user_asks_for(tmp_path: Path) -> None:
    with umask(0o027):
        replace_file(tmp_path / "record.json", b"{}")
    assert mode_of(tmp_path / "record.json") == 0o640


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o640, 0o640), (0o400, 0o400)])
def test_a_secret_keeps_its_mode_unless_everybody_could_read_it(tmp_path: Path, before: int, after: int) -> None:
    path = tmp_path / "keys"
    path.write_text("old")
    path.chmod(before)
    write_secret(path, "new")
    assert (path.read_text(), mode_of(path)) == ("new", after)


@as_root
def test_owner_and_group_stay(tmp_path: Path) -> None:
    path = tmp_path / "poles.passwords"
    path.write_text("old")
    os.chown(path, 1234, 4321)
    path.chmod(0o640)
    write_secret(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (1234, 4321, 0o640)


@pytest.mark.parametrize("to", ["real/keys", "../{name}/real/keys", "hop"])
def test_a_link_stays_a_link_and_is_written_through(tmp_path: Path, to: str) -> None:
    real = tmp_path / "real" / "keys"
    real.parent.mkdir()
    real.write_text("old")
    (tmp_path / "hop").symlink_to("real/keys")
    link = tmp_path / "keys"
    link.symlink_to(to.format(name=tmp_path.name))
    write_secret(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert [one.name for one in real.parent.iterdir()] == ["keys"]


def test_a_link_to_nothing_makes_its_target(tmp_path: Path) -> None:
    link = tmp_path / "keys"
    link.symlink_to("keys.real")
    write_secret(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "keys.real").read_text() == "new"


@pytest.mark.parametrize("to", ["nowhere/keys", "keys"])
def test_a_link_to_nowhere_or_to_itself_stays_and_is_said(tmp_path: Path, to: str) -> None:
    link = tmp_path / "keys"
    link.symlink_to(to)
    with pytest.raises(OSError):
        write_secret(link, "new")
    assert os.readlink(link) == to
    assert [one.name for one in tmp_path.iterdir()] == ["keys"]


def test_two_names_of_one_file_stay_one_file(tmp_path: Path) -> None:
    one, other = tmp_path / "keys", tmp_path / "copy"
    one.write_text("old and much longer")
    other.hardlink_to(one)
    write_secret(one, "new")
    assert other.read_text() == "new"
    assert one.samefile(other)


def test_a_folder_one_may_not_write_into_is_no_hindrance() -> None:
    """As another user where this is root, who may write everywhere; so not below pytest's own folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "keys"
        path.write_text("old")
        path.chmod(0o666)
        folder.chmod(0o555)
        try:
            _as_other(f"write_secret(Path({str(path)!r}), 'new')")
        finally:
            folder.chmod(0o755)
        assert path.read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    replace_file(Path("/dev/null"), b"lost")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(OSError, match="No space left"):
        replace_file(Path("/dev/full"), b"lost")


def test_standard_output_has_a_name_too() -> None:
    assert _python("replace_file(Path('/dev/stdout'), b'said')") == "said"


@pytest.mark.parametrize("names", [1, 2])
def test_a_disk_that_is_full_leaves_the_old_content(tmp_path: Path, names: int) -> None:
    path = tmp_path / "keys"
    path.write_text("old")
    if names == 2:
        (tmp_path / "copy").hardlink_to(path)
    run = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_secret(Path({str(path)!r}), "new" * 1000)
except OSError as error:
    print(error.errno)
"""
    assert _python(run) == f"{errno.EFBIG}\n"
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == names
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    assert create_secret(tmp_path / "keys", "first")
    assert not create_secret(tmp_path / "keys", "second")
    assert (tmp_path / "keys").read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["keys"]


def test_a_secret_folder_is_closed_to_others_from_the_start(tmp_path: Path) -> None:
    with umask(0):
        secret_folder(tmp_path / "broker" / "secrets")
    assert mode_of(tmp_path / "broker" / "secrets") == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    secret_folder(tmp_path / "open")
    assert mode_of(tmp_path / "open") == 0o700


@pytest.mark.parametrize("other", ["keys", "soft", "hard", "../{name}/keys"])
def test_a_locked_file_is_locked_under_each_of_its_names(tmp_path: Path, other: str) -> None:
    path = tmp_path / "keys"
    path.write_text("")
    (tmp_path / "soft").symlink_to("keys")
    (tmp_path / "hard").hardlink_to(path)
    with locked(path), pytest.raises(Busy), locked(tmp_path / other.format(name=tmp_path.name), 0.05):
        pytest.fail("both have it")
    with locked(tmp_path / other.format(name=tmp_path.name), 0.05):
        pass


def test_a_lock_ends_with_the_program_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("")
    run = f"with locked(Path({str(path)!r})):\n print('mine', flush=True)\n import time\n time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", HEAD + run], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "mine\n"
    with pytest.raises(Busy), locked(path, 0.05):
        pytest.fail("both have it")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with locked(path, 5):
        pass


def test_whoever_waited_gets_the_file_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "count"
    path.write_text("0")
    run = f"""
path = Path({str(path)!r})
for _ in range(50):
    with locked(path, 60):
        replace_file(path, str(int(path.read_text()) + 1).encode())
"""
    several = [subprocess.Popen([sys.executable, "-c", HEAD + run]) for _ in range(3)]
    assert [one.wait(120) for one in several] == [0, 0, 0]
    assert path.read_text() == "150"


def test_a_file_that_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(FileNotFoundError), locked(tmp_path / "none"):
        pytest.fail("there is nothing to lock")
    assert time.monotonic() - begin < files.WAIT_S


HEAD = "import os\nfrom pathlib import Path\nfrom host_tools.files import *\n"


def _python(run: str) -> str:
    return subprocess.run([sys.executable, "-c", HEAD + run], capture_output=True, text=True, check=True).stdout


def _as_other(run: str) -> None:
    """Runs it as a user who is not root, in a process of its own."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            exec(HEAD + run, {})
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
