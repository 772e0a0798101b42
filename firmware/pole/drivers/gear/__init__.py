"""Control gear: drivers of lamps that are dimmed over a bus."""
