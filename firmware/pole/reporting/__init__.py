"""Reports of the pole: counters, state and meter, and the journal of its events.

Tests of several modules: `test_cuts` (power cuts while the journal is written).
"""
