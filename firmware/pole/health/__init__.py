"""Detects faults of the lamp, its supply and the pole, with their evidence: expected power, detectors, debounce.

Tests of several modules: `test_cycling`, `test_technologies`, `test_memory` (allocations of a sample).
"""
