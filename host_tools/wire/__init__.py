"""What poles and city say to each other, on the city's side."""
