"""What a port that does not answer is, as far as its last lines tell: one sentence with the cure."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.language import Spoken

# what betrays it, and the sentence about it; the first that is found counts
_SIGNS = (
    (("invalid header: 0x", "flash read err", "no bootable app", "csum err"), "service.not_flashed"),
    (("waiting for download", "DOWNLOAD_BOOT", "DOWNLOAD(USB"), "service.in_loader"),
    ((">>>", "raw REPL"), "service.in_repl"),
    (("Guru Meditation", "rst:0x", "Brownout detector"), "service.restarting"),
)


class PoleSilent(Spoken):
    """Nobody answers at the port as a pole does."""

    code = 11


class PoleGone(Spoken):
    """The connection to the pole broke: the cable was pulled, or the adapter lost its power."""

    code = 11


def silence(lines: Iterable[str], port: str, seconds: float) -> PoleSilent:
    """The error of a *port* that has not answered for *seconds* and whose last *lines* were these."""
    text = "\n".join(lines)
    for signs, key in _SIGNS:
        if any(sign in text for sign in signs):
            return PoleSilent(key, port=port)
    return PoleSilent("service.other" if text.strip() else "service.silent", port=port, seconds=seconds)
