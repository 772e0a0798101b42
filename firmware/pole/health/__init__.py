"""What is wrong with the light, and why: expected power, detectors, debounce.  Nothing is here yet."""
