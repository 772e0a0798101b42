"""Random nights of a street: a mix of everything that can happen to it, judged by promises and not by expectation."""
