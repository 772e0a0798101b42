"""Detects faults of the lamp, its supply and the pole, with their evidence: expected power, detectors, debounce."""
