"""The screens: a module each, with its routes in ROUTES and its template of the same name."""
