"""The HTTP API: one router file a noun, all under /v1."""
