"""The technician's side: bundles, flashing, commissioning, labels."""
