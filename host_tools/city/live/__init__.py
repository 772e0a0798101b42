"""`diya watch`: a pure model of the street fed by MQTT messages (street_state.py), and the views that draw it."""
