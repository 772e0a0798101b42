"""The street itself, not its electronics: mains, luminaires, weather, and what a pole can sense of them.

Everything here is a pure function of (seed, pole, quantity, time) and of what was done to the pole, so that a run can
be repeated to the last digit on either engine.
"""
