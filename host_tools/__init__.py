"""The `diya` command and the library under it: all that runs on a laptop or beside a broker, and never on a pole."""
