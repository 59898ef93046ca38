"""Find secrets and personal data in text."""
