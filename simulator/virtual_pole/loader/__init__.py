"""The chip's loader: what its ROM understands, and the flasher stub that esptool puts into its RAM."""
