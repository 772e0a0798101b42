"""`diya watch`: a pure model of the street fed by MQTT messages (street.py), and the views that draw it."""
