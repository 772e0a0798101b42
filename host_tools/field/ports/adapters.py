"""The USB adapters a pole is connected through, by their vendor and product numbers.

The numbers are those of the makers' data sheets and of Linux' drivers; the device's product string is more exact where
a whole family shares one number.
"""

from __future__ import annotations

import re

SILICON_LABS, WCH, FTDI, PROLIFIC, ESPRESSIF = 0x10C4, 0x1A86, 0x0403, 0x067B, 0x303A

_MAKERS = {SILICON_LABS: "Silicon Labs", WCH: "WCH", FTDI: "FTDI", PROLIFIC: "Prolific", ESPRESSIF: "Espressif"}

_MODELS = {
    (SILICON_LABS, 0xEA60): "CP210x", (SILICON_LABS, 0xEA63): "CP2103", (SILICON_LABS, 0xEA70): "CP2105",
    (SILICON_LABS, 0xEA71): "CP2108",
    (WCH, 0x7523): "CH340", (WCH, 0x7522): "CH340K", (WCH, 0x5523): "CH341", (WCH, 0x55D2): "CH342",
    (WCH, 0x55D3): "CH343", (WCH, 0x55D4): "CH9102", (WCH, 0x55D5): "CH344", (WCH, 0x55D8): "CH9101",
    (FTDI, 0x6001): "FT232R", (FTDI, 0x6010): "FT2232H", (FTDI, 0x6011): "FT4232H", (FTDI, 0x6014): "FT232H",
    (FTDI, 0x6015): "FT231X",
    (PROLIFIC, 0x2303): "PL2303", (PROLIFIC, 0x23A3): "PL2303GC", (PROLIFIC, 0x23C3): "PL2303GT",
    (ESPRESSIF, 0x1001): "USB serial of the chip", (ESPRESSIF, 0x0002): "USB loader of the chip",
    (ESPRESSIF, 0x0009): "USB loader of the chip", (ESPRESSIF, 0x4001): "USB serial of MicroPython",
}  # fmt: skip

# the chip behind its own USB; the USB serial of the C3 has the same number as that of the S3 and of all later ones
_CHIPS = {(ESPRESSIF, 0x0002): "esp32s2", (ESPRESSIF, 0x0009): "esp32s3", (ESPRESSIF, 0x4001): "esp32s3"}

# the driver of Linux for each maker's adapters; the chips' own USB is a standard class
_DRIVERS = {SILICON_LABS: "cp210x", WCH: "ch341", FTDI: "ftdi_sio", PROLIFIC: "pl2303", ESPRESSIF: "cdc_acm"}


def adapter_name(vid: int, pid: int, product: str = "") -> str:
    """Such as "CP2102N (Silicon Labs)"; of an adapter that is not in the table, its product string or numbers."""
    maker = _MAKERS.get(vid)
    model = _MODELS.get((vid, pid))
    if vid == SILICON_LABS:
        said = re.search(r"CP21\d\d[A-Z]?", product)
        model = said[0] if said else model
    if maker is None or model is None:
        return product or f"USB device {vid:04x}:{pid:04x}"
    return f"{model} ({maker})"


def known(vid: int, pid: int) -> bool:
    """Whether this is an adapter that a pole may be behind."""
    return (vid, pid) in _MODELS


def probable_chip(vid: int, pid: int) -> str:
    """The chip whose own USB this is, such as "esp32s3"; empty where the numbers do not tell."""
    return _CHIPS.get((vid, pid), "")


def driver_of(vid: int) -> str:
    """Linux' module for this maker's adapters, such as "ch341"; empty where unknown."""
    return _DRIVERS.get(vid, "")
