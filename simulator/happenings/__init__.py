"""The catalogue of happenings on a simulated street."""
