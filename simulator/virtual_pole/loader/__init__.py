"""The chip's loader: the commands of its ROM, and the flasher stub that esptool puts into its RAM."""
