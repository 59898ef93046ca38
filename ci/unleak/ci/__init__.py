"""The release gate."""
