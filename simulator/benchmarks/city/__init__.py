"""The city's store, measured: filled and asked, on SQLite and PostgreSQL side by side."""
