"""The record of leaks, their evidence and their erasures."""
