"""At least 100,000 cases of random input: packets, commands, configurations and images of a journal."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = 10_000
AT_LEAST = 100_000


def test_a_hundred_thousand_cases_of_rubbish() -> None:
    files = sorted((ROOT / "tests").rglob("test_*fuzz_host.py"))
    properties = sum(len(re.findall(r"^@MANY$", file.read_text(), re.MULTILINE)) for file in files)
    assert properties * EXAMPLES >= AT_LEAST
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "load", *map(str, files)],
        cwd=ROOT,
        env={**os.environ, "DIYA_FUZZ": str(EXAMPLES)},
        capture_output=True,
        text=True,
        timeout=2400,
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    print(f"fuzz: {properties} properties, {properties * EXAMPLES:,} cases: {run.stdout.splitlines()[-1].strip()}")
