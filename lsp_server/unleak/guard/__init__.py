"""The completion guard: a proxy before a model server that finds secrets in what it writes."""
