"""The report of a run: darkness, detection, the figures, and the picture of the night."""
