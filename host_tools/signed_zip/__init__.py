"""A file that is signed: the zip of stored members that bundles and releases are."""
