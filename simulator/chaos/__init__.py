"""Random nights of a street with a mix of all happenings, judged by the promises and not by expectations."""
