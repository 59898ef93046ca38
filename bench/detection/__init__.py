"""What bench/detect.py measures, one question a file."""
