"""Parts of bench/guard.py."""
