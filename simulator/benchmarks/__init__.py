"""`make bench`: the speed of both engines, compared, and the memory of the pole."""
