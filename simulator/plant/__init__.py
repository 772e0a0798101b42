"""The physics of the street without its electronics: mains, luminaires, weather, and the quantities a pole can sense.

Everything here is a pure function of (seed, pole, quantity, time) and of what was done to the pole, so that a run can
be repeated to the last digit on either engine.
"""
