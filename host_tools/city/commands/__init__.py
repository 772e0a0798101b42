"""Commands to poles: sent at once, or ordered by the store, whose receiver brings them to the poles.

Tests: `test_over_mqtt` is of all of the latter, through a real broker.
"""
