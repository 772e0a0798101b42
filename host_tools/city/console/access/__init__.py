"""Who may look and order: users, their sessions and roles."""
