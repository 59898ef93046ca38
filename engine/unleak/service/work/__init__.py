"""What the worker does: one kind of job a file. Only here does the service import torch."""
