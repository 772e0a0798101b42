"""What can happen to a simulated street: the catalogue."""
