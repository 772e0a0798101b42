"""The images of `vfs` and `data` are mounted by the real MicroPython, and hold what was put into them."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from host_tools.field.images.esp_image import TooLarge
from host_tools.field.images.file_system import BLOCK, empty, image_of
from host_tools.firmware_build.find_micropython import find_micropython
from tests.patience import PATIENCE_S

SIZE = 1 << 20
FILES = {f"m{n:02}.mpy": bytes(range(256)) * (n % 9) for n in range(60)} | {"tiny.json": b"{}", "big.txt": b"x" * 20000}

# a chip's partition for MicroPython; the part behind the image is what was on the flash before
MOUNT = """
import hashlib, json, os, sys, vfs
class Partition:
    def __init__(self, image, size):
        self.data = bytearray(size)
        for i in range(size): self.data[i] = 0x5a
        self.data[:len(image)] = image
    def readblocks(self, n, buffer, offset=0):
        at = n * 4096 + offset
        buffer[:] = self.data[at : at + len(buffer)]
    def writeblocks(self, n, buffer, offset=None):
        at = n * 4096 + (offset or 0)
        if offset is None: self.ioctl(6, n)
        for i in range(len(buffer)): self.data[at + i] &= buffer[i]
    def ioctl(self, op, arg):
        if op == 4: return len(self.data) // 4096
        if op == 5: return 4096
        if op == 6:
            for i in range(arg * 4096, arg * 4096 + 4096): self.data[i] = 0xff
            return 0
partition = Partition(open(sys.argv[1], "rb").read(), 1 << 20)
fs = vfs.VfsLfs2(partition)
vfs.mount(fs, "/pole")
"""
LIST = (
    MOUNT
    + """
out = {}
for name, kind, _, size in os.ilistdir("/pole"):
    data = open("/pole/" + name, "rb").read()
    assert len(data) == size
    out[name] = hashlib.sha256(data).digest().hex()
print(json.dumps(out))
"""
)
WRITE = (
    MOUNT
    + """
for n in range(40):
    with open("/pole/new%d" % n, "w") as file: file.write("y" * 3000)
vfs.umount("/pole")
vfs.mount(vfs.VfsLfs2(partition, readsize=32, progsize=32, lookahead=32, mtime=False), "/pole")
print(json.dumps([len(open("/pole/new%d" % n).read()) for n in range(40)]))
"""
)


def on_the_vm(script: str, image: bytes, folder: Path) -> object:
    (folder / "image").write_bytes(image)
    (folder / "script.py").write_text(script)
    command = [*find_micropython(), "-X", "heapsize=8m", "script.py", "image"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def test_stock_micropython_mounts_it_and_reads_every_file(tmp_path: Path) -> None:
    found = on_the_vm(LIST, image_of(FILES, SIZE), tmp_path)
    assert found == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


def test_an_empty_one_takes_what_the_pole_writes(tmp_path: Path) -> None:
    assert len(empty(SIZE)) == 2 * BLOCK
    assert on_the_vm(WRITE, empty(SIZE), tmp_path) == [3000] * 40


def test_only_blocks_in_use_are_in_the_image() -> None:
    needed = sum(-(-len(data) // BLOCK) for data in FILES.values() if len(data) > 128)
    assert needed <= len(image_of(FILES, SIZE)) // BLOCK <= needed + 8


def test_the_same_files_give_the_same_bytes_in_whatever_order() -> None:
    assert image_of(FILES, SIZE) == image_of(dict(reversed(FILES.items())), SIZE)


def test_what_does_not_fit_is_said_in_bytes() -> None:
    with pytest.raises(TooLarge, match="have 1100000 bytes and do not fit into a file system of 1048576"):
        image_of({"big": bytes(1_100_000)}, SIZE)
