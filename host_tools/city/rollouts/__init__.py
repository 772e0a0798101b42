"""Rollouts: changed programmes, brought to the poles in waves by the receiver, which judges and files them itself.

`test_on_a_street` lives them on poles of real firmware in the simulator.
"""
