"""Runs under MicroPython: the ``test_*`` of the module named on the command line, all or those named after it.

Writes a JSON line a test: its name, what failed, and its processor seconds; at the end one without a name: the rest's.
"""

import io
import json
import sys
import time

module, names = __import__(sys.argv[1]), sys.argv[2:]
tests_s = 0.0
for name in sorted(names or dir(module)):
    if not name.startswith("test_"):
        continue
    failure, begun = "", time.clock()
    try:
        getattr(module, name)()
    except Exception as error:
        out = io.StringIO()
        sys.print_exception(error, out)
        failure = out.getvalue()
    took = time.clock() - begun
    tests_s += took
    print("\x1e" + json.dumps([name, failure, took]))
print("\x1e" + json.dumps(["", "", time.clock() - tests_s]))
