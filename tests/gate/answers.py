"""A prober that says what it is told."""

from unleak.models.decoding import PLAIN
from unleak.probe.reading import Ask


class Answers:
    """Readings, or errors, by the case's id."""

    model = {"name": "some model", "digest": "ab" * 32}  # noqa: RUF012
    limits = ""

    def __init__(self, readings, tokenizer="t1", decoding=PLAIN, cost=None):
        self.readings, self.tokenizer, self.ask = readings, tokenizer, Ask(decoding)
        self.cost = cost or {}

    def read(self, cases):
        return [self.readings[case.id] for case in cases]
