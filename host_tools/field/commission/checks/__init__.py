"""The checks, one a file, each a function of a Visit that gives an Outcome."""
