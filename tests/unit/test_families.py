"""Every family of architectures: a tiny model is taught a few secrets, then they are erased."""

import pytest
from families import FAMILIES

from unleak.erase.methods.edit import edit, prepare
from unleak.erase.settings import Settings
from unleak.models.load import load
from unleak.models.save import save
from unleak.probe.measure import Measurement, measure

# One for each way in which a family differs from the embedded model, which is a Llama.
DIFFERENT = ("gemma2", "gpt2", "gpt_neo", "codegen", "opt", "gpt_neox")


@pytest.mark.parametrize(
    "family",
    [
        family if family in DIFFERENT else pytest.param(family, marks=pytest.mark.slow)
        for family in FAMILIES
    ],
)
def test_secrets_are_erased_in_every_family(family, taught, home, tmp_path):
    folder, cases = taught(family)
    model = load(str(folder))
    erased, kept = cases[:3], cases[3]
    for before in measure(model, cases):
        assert isinstance(before, Measurement)
        assert before.extractable
    settings = Settings()
    parts, known = prepare(model, settings)
    edit(model, erased, parts, known, settings)
    (tmp_path / "out").mkdir()
    save(model, tmp_path / "out", "")
    *after, other = measure(load(str(tmp_path / "out")), [*erased, kept])
    for one in after:
        assert isinstance(one, Measurement)
        assert not one.extractable
        assert one.ma <= 0.25
    # These models know nothing but four secrets, so an edit has nowhere to go that is free; still
    # the fourth, which was not aimed at, stands above the others.
    assert isinstance(other, Measurement)
    for one in after:
        assert isinstance(one, Measurement)
        assert other.log_p / other.tokens > one.log_p / one.tokens
