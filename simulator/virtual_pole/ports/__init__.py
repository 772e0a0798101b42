"""The ports of the virtual pole: a TCP socket, a network port with modem lines (RFC 2217), a pseudo-terminal."""
