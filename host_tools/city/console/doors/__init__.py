"""The doors over HTTP: a module a door, which lists its routes in ROUTES; city/doors says what a message means."""
