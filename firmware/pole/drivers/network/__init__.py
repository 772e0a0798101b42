"""The way to the network: Wi-Fi, sockets and TLS."""
