"""What the program is about, in plain Python: no Qt, no HTTP library."""
