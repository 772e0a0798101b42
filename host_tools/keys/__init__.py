"""Keys: of poles, of bundles and of the broker's users."""
