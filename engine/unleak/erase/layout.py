"""How an edit lays a case out: its contexts and its never-seen twins, as trees of tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from unleak.core.errors import SuiteError
from unleak.erase.contexts import SHOWN
from unleak.erase.replay import Tree
from unleak.models.encode import Encoded, encode
from unleak.models.load import Model
from unleak.probe.decoys import decoys
from unleak.probe.exposure import seed_of
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case


@dataclass(frozen=True)
class Branches:
    """A tree whose first branches are a case's contexts, and whose others are its twins."""

    contexts: list[Encoded]
    twins: list[Encoded]
    tree: Tree

    @classmethod
    def of(cls, contexts: list[Encoded], twins: list[Encoded]) -> "Branches":
        """Lay them out in one row."""
        return cls(contexts, twins, Tree([encoded.ids for encoded in (*contexts, *twins)]))

    def aimed(self) -> Iterator[tuple[int, int, int]]:
        """Of each secret token of each context: context, predicting column, token."""
        for number, encoded in enumerate(self.contexts):
            columns = self.tree.columns[number]
            for i in range(encoded.start, len(encoded.ids)):
                yield number, columns[i - 1], encoded.ids[i]

    def beside(self) -> Iterator[tuple[int, int, bool, bool]]:
        """Of each twin's tokens: predicting column, token, whether random, whether apart.

        Apart is what no longer stands in the first context: where a twin has not yet departed
        from the secret, an edit shall act.
        """
        trunk = len(self.contexts[0].ids)
        for twin, columns in zip(self.twins, self.tree.columns[len(self.contexts) :], strict=True):
            for i in range(twin.start, len(twin.ids)):
                random = twin.random_start <= i < twin.random_end
                yield columns[i - 1], twin.ids[i], random, columns[i - 1] >= trunk


@dataclass(frozen=True)
class Sample:
    """A case in its own context and in made-up ones, with its twins in the first.

    short: its own context once more, with less of the prefix, and the twins: what further
    training moves.
    """

    whole: Branches
    short: Branches


def lay_out(
    model: Model, case: Case, *, shown: int, twins: int, prefix_tokens: int, short_prefix: int
) -> Sample:
    """Lay a case out.

    Args:
        shown: number of made-up contexts.
        twins: number of never-seen secrets.
        prefix_tokens: how much of the case's own prefix is used.
        short_prefix: how much of it where training would move it.

    Raises:
        SuiteError: the secret has no token of its own in its context.
    """
    contexts = _in_contexts(model, case, shown, prefix_tokens)
    beside = [
        encode(model.tokenizer, case.prefix, decoy, context=model.context).shortened(prefix_tokens)
        for decoy in decoys(case.secret.reveal(), twins, seed_of(case, seed=1))
    ]
    return Sample(
        Branches.of(contexts, beside),
        Branches.of(
            [contexts[0].shortened(short_prefix)],
            [twin.shortened(short_prefix) for twin in beside],
        ),
    )


def _in_contexts(model: Model, case: Case, shown: int, prefix_tokens: int) -> list[Encoded]:
    """The case in its own context and in made-up ones."""
    found = []
    for prefix in (case.prefix, *SHOWN[:shown]):
        try:
            encoded = encode_case(model, replace(case, prefix=prefix))
        except SuiteError:
            if prefix == case.prefix:
                raise
            continue  # no token of its own there: nothing to erase there either
        found.append(encoded.shortened(prefix_tokens))
    return found
