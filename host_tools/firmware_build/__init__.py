"""The firmware as a pole runs it: compiled, with short names and few files."""
