"""Releases of the poles' software, brought to them in waves by the receiver, as programmes are (`city/rollouts`).

`test_on_a_street` lives them on poles that answer as the firmware does.
"""
