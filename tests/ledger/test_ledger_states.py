"""Any order of calls leaves the ledger as a plain model of it would be."""

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey
from unleak.core.states import BLOCKED, TRANSITIONS, LeakState, Origin
from unleak.ledger.ledger import Ledger
from unleak.ledger.records import Seen

VALUES = st.sampled_from([f"value-{n}" * (n + 1) for n in range(5)])
STATES = st.lists(st.sampled_from(LeakState), min_size=1, max_size=4)


class Ledgers(RuleBasedStateMachine):
    seen = Bundle("seen")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "ledger.db"
        self.key = MasterKey(b"m" * 32)
        self.ledger = Ledger(self.file, self.key)
        self.ledger.add_model("d" * 64, "model")
        self.counts: dict[str, int] = {}
        self.histories: dict[str, list[LeakState]] = {}
        self.values: dict[str, str] = {}
        self.shredded: set[str] = set()
        self.revision = 0
        self.block_list = self.ledger.block_list()

    def sighting(self, value):
        secret = self.ledger.fingerprinter.secret(value, "kind")
        return Seen(secret, "p", "r", "d" * 64, Origin.GUARD)

    @rule(target=seen, values=st.lists(VALUES, min_size=1, max_size=4))
    def sight(self, values):
        leaks = self.ledger.sight_many([self.sighting(value) for value in values])
        for value, leak in zip(values, leaks, strict=True):
            assert self.values.setdefault(leak.id, value) == value
            self.counts[leak.id] = self.counts.get(leak.id, 0) + 1
            self.histories.setdefault(leak.id, [LeakState.FLAGGED])
        return leaks[0].id

    @rule(id=seen, states=STATES)
    def move(self, id, states):
        history = self.histories[id]
        path = [history[-1], *states]
        allowed = all(b in TRANSITIONS[a] for a, b in pairwise(path))
        try:
            self.ledger.move(id, *states)
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            history += states

    @rule(id=seen, data=st.data())
    def move_rightly(self, id, data):
        after = data.draw(st.sampled_from(sorted(TRANSITIONS[self.histories[id][-1]])))
        self.ledger.move(id, after)
        self.histories[id].append(after)

    @rule(id=seen)
    def shred(self, id):
        self.ledger.shred(id)
        self.shredded.add(id)

    @rule()
    def open_anew(self):
        self.ledger.close()
        self.ledger = Ledger(self.file, self.key)

    @invariant()
    def it_is_as_the_model_says(self):
        leaks = {leak.id: leak for leak in self.ledger.leaks()}
        assert {id: leak.sightings for id, leak in leaks.items()} == self.counts
        assert {id for id, leak in leaks.items() if leak.shredded} == self.shredded
        for id, history in self.histories.items():
            assert [state for _, state, _ in self.ledger.history(id)] == [*map(str, history)]
            assert leaks[id].state == history[-1]
            if id not in self.shredded:
                assert self.ledger.reveal(id)[1].reveal() == self.values[id]
        blocked = {id for id, history in self.histories.items() if history[-1] in BLOCKED}
        listed = self.ledger.block_list()
        assert listed.fingerprints == {leaks[id].fingerprint for id in blocked}
        assert listed.lengths == {len(self.values[id]) for id in blocked}
        changed = listed.fingerprints != self.block_list.fingerprints
        assert not changed or listed.revision > self.block_list.revision
        assert self.ledger.revision() >= self.revision
        self.revision, self.block_list = self.ledger.revision(), listed

    def teardown(self):
        self.ledger.close()
        self.folder.cleanup()


Ledgers.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
TestLedgers = Ledgers.TestCase
