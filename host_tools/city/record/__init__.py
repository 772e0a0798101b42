"""The record: every event a city's poles have raised, each exactly once, in one SQLite file.

Tests of several modules: `test_verb` and `test_faults` (`diya record`), `test_killed`, `test_queues`, `test_trouble`,
`test_time_asked`.
"""
