"""How reports get to the city and commands to the pole.

``session`` keeps the link up: ``bearer`` (Wi-Fi), then ``mqtt`` (one session over one stream), which speaks ``packets``
and sends what waits in ``outbox``.  ``commands`` judges what came in.  Nothing here decides a light level, and nothing
here resets the chip.
"""
