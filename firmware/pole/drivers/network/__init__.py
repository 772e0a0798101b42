"""Drivers of the network: Wi-Fi, sockets and TLS."""
