"""Attacks: each tries to bring an erased secret back; one a file."""
