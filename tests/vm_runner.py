"""Runs under MicroPython: every ``test_*`` of the module named on the command line, one JSON line a test."""

import io
import json
import sys

module = __import__(sys.argv[1])
for name in sorted(dir(module)):
    if not name.startswith("test_"):
        continue
    failure = ""
    try:
        getattr(module, name)()
    except Exception as error:
        out = io.StringIO()
        sys.print_exception(error, out)
        failure = out.getvalue()
    print("\x1e" + json.dumps([name, failure]))
