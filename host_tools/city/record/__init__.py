"""The receiver: every event a city's poles have raised, each exactly once, with what else they say, in one store.

Tests of several modules: `test_verb` and `test_faults` (`diya record`), `test_killed`, `test_queues`, `test_trouble`,
`test_time_asked`, `test_ingest`, `test_zones`, `test_replaced_brokers`.
"""
