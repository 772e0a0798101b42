"""The contents of a pole's flash: the chip's images, the partition table, file systems and NVS."""
