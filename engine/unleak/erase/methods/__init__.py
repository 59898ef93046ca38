"""Ways to erase, one a file."""
