"""The chip itself: its identity, watchdog, console, early resets, entropy and Python heap."""
