"""Every family of architectures: a tiny model is taught a few secrets, then they are erased."""

import pytest
from families import FAMILIES

from unleak.erase.methods.edit import edit, prepare
from unleak.erase.settings import Settings
from unleak.models.load import load
from unleak.models.save import save
from unleak.probe.measure import Measurement, measure


@pytest.mark.parametrize("family", FAMILIES)
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
    # These models know nothing but four secrets: still the fourth is not what was aimed at.
    assert isinstance(other, Measurement)
    assert other.log_p > max(one.log_p for one in after if isinstance(one, Measurement)) / 2
