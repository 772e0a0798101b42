"""Benchmarks of one pole: its start, a turn of its control task, its bytes on the air, its wake-ups, and many live."""
