"""The city's commands: judged, carried out, and restored after a restart."""
