"""The pole's TLS stream where the network takes less than it is given, on the real MicroPython."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from host_tools.firmware_build.find_micropython import find_micropython
from tests.host_tools.certificates import Authority
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[3] / "firmware"


def test_not_a_byte_is_lost_or_doubled_where_no_record_goes_out_whole(tmp_path: Path) -> None:
    ca, certificate, key = (tmp_path / name for name in ("ca.pem", "server.pem", "server.key"))
    authority = Authority()
    ca.write_bytes(authority.pem)
    authority.server("broker.example").save(certificate, key)
    done = subprocess.run(
        [*find_micropython(), str(HERE / "vm_tight_pipe.py"), str(ca), str(certificate), str(key)],
        env={**os.environ, "MICROPYPATH": os.pathsep.join([str(FIRMWARE), ".frozen"])},
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    came, full = done.stdout.split()
    assert int(came) > 30_000 and int(full) > 200, done.stdout
