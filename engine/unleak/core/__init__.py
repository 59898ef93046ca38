"""Words every part shares: secrets, findings, files, keys, errors."""
