"""The shared engine: daemon, jobs, client, model registry."""
