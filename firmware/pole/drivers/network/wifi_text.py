"""The state of joining a Wi-Fi network, in plain words.  Only loaded to write it."""

import network

_WORDS = {
    network.STAT_IDLE: "idle",
    network.STAT_CONNECTING: "joining",
    network.STAT_GOT_IP: "joined",
    network.STAT_NO_AP_FOUND: "no access point found",
    network.STAT_WRONG_PASSWORD: "wrong password",
    network.STAT_BEACON_TIMEOUT: "access point lost",
    network.STAT_ASSOC_FAIL: "association failed",
    network.STAT_HANDSHAKE_TIMEOUT: "handshake timed out",
}


def said(code):
    """What *code*, a station's status, means."""
    return _WORDS.get(code, "failed (reason " + str(code) + ")")
