"""Remove secrets from a model's weights, and attack the result."""
