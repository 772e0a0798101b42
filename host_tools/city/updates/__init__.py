"""Releases of the poles' software, brought to them in waves by the receiver, as programmes are (`city/rollouts`).

`test_on_a_street` and `test_image_on_a_street` live them on poles of real firmware; `test_update_trouble*` try what
went wrong in rollouts of others, by their public reports.
"""
