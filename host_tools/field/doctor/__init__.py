"""What a laptop needs for flashing and commissioning, examined line by line, each with its cure."""
