"""The `diya` command and the library under it: all that runs on a laptop or beside a broker, and never on a pole.

Tests of several packages: `test_street_over_mqtt` (`diya watch` and `diya send`).
"""
