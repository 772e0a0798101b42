"""Topics, fields and texts of the wire, shared by pole and city."""
