"""What strains a city's lights and its broker, measured on the modelled network and on a real Mosquitto.

Its tests are `test_trials` and `test_connections`, and those of single modules.
"""
