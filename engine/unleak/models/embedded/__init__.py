"""The embedded model: its files, and the list of what is planted in it."""
