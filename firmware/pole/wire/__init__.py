"""What goes over the wire, as pole and city both know it."""
