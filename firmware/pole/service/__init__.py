"""The service for a laptop at the pole: one line of JSON is the request, one the answer; the street stays lit."""
