"""How the app changes: slots, signed bundles, rollback.  Nothing is here yet."""
