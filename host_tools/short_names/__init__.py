"""What becomes of the firmware's sources on their way to a pole."""
