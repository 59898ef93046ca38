"""Where ghost text comes from: a server through the guard's dialects, or the embedded model."""
