"""The wire on the city's side: reads and writes the messages between poles and city."""
