"""What strains a city's lights and its broker, measured on the modelled network and on a real Mosquitto.

Its tests of all trials together are `test_trials`.
"""
