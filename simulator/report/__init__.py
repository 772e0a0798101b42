"""What is said of a run afterwards: darkness, detection, the figures, and the picture of the night."""
