"""`make bench`: the speed of both engines, compared, and the memory of the pole.

Tests of several modules: `test_share` (time of the detectors).
"""
