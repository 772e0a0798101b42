"""The pole's flash: files, the partition they are on, and where the program is found."""
