"""Measure what a model memorised."""
