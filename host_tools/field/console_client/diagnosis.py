"""Diagnoses a port that does not answer, by its last lines: one sentence with the cure."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.language import Spoken

# texts by which it is recognised, and the sentence about it; the first that is found counts
_SIGNS = (
    (("invalid header: 0x", "flash read err", "no bootable app", "csum err"), "service.not_flashed"),
    (("waiting for download", "DOWNLOAD_BOOT", "DOWNLOAD(USB"), "service.in_loader"),
    ((">>>", "raw REPL"), "service.in_repl"),
    (("Guru Meditation", "rst:0x", "Brownout detector"), "service.restarting"),
    (("\x01\x08\x04\x00", "\x01\x08\x02\x00"), "service.in_loader"),  # the answer to the second of the probes
    (("diya: ",), "service.busy"),
)
# out of the raw REPL, which echoes nothing; and SYNC, which a loader answers.  To a pole both are a line of noise
PROBES = (b"\r\x02", b"\xc0\0\x08\x24\0\0\0\0\0\x07\x07\x12\x20" + 32 * b"\x55" + b"\xc0\n")


class PoleSilent(Spoken):
    """Nothing at the port answers as a pole does."""

    code = 11


class PoleGone(Spoken):
    """The connection to the pole broke: the cable was pulled, or the adapter lost its power."""

    code = 11


def silence(lines: Iterable[str], port: str, seconds: float, answered: bool = False) -> PoleSilent:
    """The error of a *port* that has not answered for *seconds* and whose last *lines* were these.

    *answered*: it has, before.
    """
    text = "\n".join(lines)
    for signs, key in _SIGNS:
        if any(sign in text for sign in signs):
            return PoleSilent(key, port=port, seconds=seconds)
    if answered:
        return PoleSilent("service.busy", port=port, seconds=seconds)
    return PoleSilent("service.other" if text.strip() else "service.silent", port=port, seconds=seconds)
