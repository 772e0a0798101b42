"""The link: brings reports to the city and commands to the pole.

``session`` keeps the link up: ``bearer`` (Wi-Fi), then ``mqtt`` (one session over one stream), which uses ``packets``
and sends what waits in ``outbox``.  Received commands are judged in ``pole/commands``.  Nothing here decides a light
level, and nothing here resets the chip.

Tests of several modules: `test_session_tls`, and `test_mosquitto_host` and `test_secure_host` with a real broker.
"""
