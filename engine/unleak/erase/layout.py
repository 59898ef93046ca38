"""How an edit lays a case out: its contexts and its never-seen twins, as one tree of tokens."""

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
class Sample:
    """A case in its contexts, the first of which is its own, and its twins in that one.

    drifting: columns of the last context whose hidden states drift; then it is the first again.
    """

    contexts: list[Encoded]
    twins: list[Encoded]
    tree: Tree
    drifting: list[int]

    def predicted(self, sequence: int) -> list[tuple[int, int]]:
        """Of each secret token of a sequence: the column that predicts it, and its own."""
        encoded = [*self.contexts, *self.twins][sequence]
        columns = self.tree.columns[sequence]
        return [(columns[i - 1], columns[i]) for i in range(encoded.start, len(encoded.ids))]


def lay_out(
    model: Model, case: Case, *, shown: int, twins: int, prefix_tokens: int, drifts: bool
) -> Sample:
    """Lay a case out.

    Args:
        shown: number of made-up contexts.
        twins: number of never-seen secrets.
        prefix_tokens: how much of the case's own prefix is used.
        drifts: whether its own context stands there once more, to drift.

    Raises:
        SuiteError: the secret has no token of its own in its context.
    """
    contexts = _in_contexts(model, case, shown, prefix_tokens)
    beside = [
        encode(model.tokenizer, case.prefix, decoy, context=model.context).shortened(prefix_tokens)
        for decoy in decoys(case.secret.reveal(), twins, seed_of(case, seed=1))
    ]
    forks = {}
    if drifts:  # the token that predicts the first of the secret drifts, too
        forks[len(contexts)] = contexts[0].start - 1
        contexts.append(contexts[0])
    tree = Tree([encoded.ids for encoded in (*contexts, *beside)], forks)
    drifting = [c for number, fork in forks.items() for c in tree.columns[number][fork:]]
    return Sample(contexts, beside, tree, drifting)


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
