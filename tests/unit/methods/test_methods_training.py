"""Training methods on a tiny model that was taught four secrets."""

import math
from dataclasses import replace

import pytest
import torch

from unleak.core.errors import EvaluationError, UsageError
from unleak.erase.methods import trainee as trainee_module
from unleak.erase.methods.loop import train
from unleak.erase.methods.ppo import _advantages
from unleak.erase.methods.registry import METHODS, TRAINING, method_of
from unleak.erase.methods.texts import forget_texts, retain_texts
from unleak.erase.methods.trainee import DivergedError, Trainee
from unleak.erase.utility import predictions
from unleak.probe.measure import encode_case, measure_encoded

SMALL = {"prefix_tokens": "24", "retain_tokens": "32", "collapse": "1000", "retain_windows": "16"}
# Rates that suit a model of half a million parameters; the papers' are for a thousand times more.
RATE = {"bounded": "1e-2", "demem": "1e-3"}


def settings(name, **others):
    return method_of(name, {**SMALL, "learning_rate": RATE.get(name, "1e-3"), **others})


def measured(model, cases):
    return measure_encoded(model, [encode_case(model, case) for case in cases])


@pytest.mark.parametrize("name", [name for name in TRAINING if name != "demem"])
def test_every_method_makes_the_model_forget(taught, name):
    model = taught.model()
    done = train(model, taught.cases, settings(name, steps="60"))
    after = measured(model, taught.cases)
    assert not any(m.extractable for m in after), name
    # simnpo's gradient is gone where a token is unlikely, long before it is the least likely.
    assert sum(m.ma for m in after) / len(after) < (0.7 if name == "simnpo" else 0.35)
    assert (done.ended == "forgotten") == all(step is not None for step in done.forgotten)
    assert not any(p.requires_grad for p in model.net.parameters())
    assert not model.net.training


def test_codeeraser_with_the_gamma_of_its_code(taught):
    model = taught.model()
    train(model, taught.cases, settings("codeeraser", gamma="0.1", steps="60"))
    assert not any(m.extractable for m in measured(model, taught.cases))


def test_what_holds_a_model_back_keeps_more_of_it(taught):
    """KL or descent on ordinary code keeps what the model knows of it better than ascent alone."""
    loss = {}
    for name in ("ga", "ga-gd", "ga-kl", "codeeraser"):
        model = taught.model()
        train(model, taught.cases, settings(name, steps="60"))
        texts = retain_texts(model, 4, 32)
        with torch.no_grad():
            ids = torch.tensor([text.ids for text in texts])
            loss[name] = model.net(input_ids=ids, labels=ids).loss.item()
    assert loss["ga-gd"] < loss["ga"] - 0.1
    assert loss["ga-kl"] < loss["ga"] - 0.1
    assert loss["codeeraser"] < loss["ga"] - 0.1


def test_demem_makes_secrets_less_likely_and_keeps_the_model(taught):
    model = taught.model()
    before, ordinary = measured(model, taught.cases), predictions(model, 1024).loss
    train(model, taught.cases, settings("demem", steps="6", rollouts="16"))
    after = measured(model, taught.cases)
    assert sum(m.log_p for m in after) < sum(m.log_p for m in before) - 1
    assert sum(m.ma for m in after) <= sum(m.ma for m in before)
    assert abs(predictions(model, 1024).loss - ordinary) < 1


def test_advantages_by_hand():
    rewards, values = torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.25])
    last = 1.0 - 0.25
    assert _advantages(rewards, values).tolist() == pytest.approx([0.25 - 0.5 + 0.95 * last, last])


def test_low_rank_adapters_are_merged_and_leave_nothing_behind(taught):
    model = taught.model()
    before = {name: p.clone() for name, p in model.net.named_parameters()}
    train(model, taught.cases, settings("codeeraser", rank="4", learning_rate="1e-2"))
    assert not any(m.extractable for m in measured(model, taught.cases))
    changed = {n for n, p in model.net.named_parameters() if not torch.equal(before[n], p)}
    assert changed == {name for name in before if "_proj" in name}
    for name in changed:
        difference = dict(model.net.named_parameters())[name] - before[name]
        assert torch.linalg.matrix_rank(difference, rtol=1e-3) <= 4
    assert not any(module._forward_hooks for module in model.net.modules())


def test_precision_and_checkpointing_on_request(taught):
    plain, cheap = taught.model(), taught.model()
    options = {"steps": "2", "learning_rate": "1e-4"}
    train(plain, taught.cases, settings("ga-kl", **options))
    train(cheap, taught.cases, settings("ga-kl", checkpointing="true", **options))
    for one, other in zip(plain.net.parameters(), cheap.net.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    assert not any(getattr(m, "gradient_checkpointing", False) for m in cheap.net.modules())
    rounded = taught.model()
    train(rounded, taught.cases, settings("ga-kl", precision="bfloat16", **options))
    assert next(rounded.net.parameters()).dtype == torch.float32
    assert (
        measured(rounded, taught.cases)[0].log_p < measured(taught.model(), taught.cases)[0].log_p
    )


def test_a_forgotten_secret_leaves_the_batch(taught, monkeypatch):
    seen = []
    step = Trainee.step

    def counted(self, forget, retain, loss):
        seen.append(sorted(text.number for text in forget))
        return step(self, forget, retain, loss)

    monkeypatch.setattr(Trainee, "step", counted)
    done = train(taught.model(), taught.cases, settings("codeeraser", steps="60"))
    assert seen[0] == [0, 1, 2, 3]
    assert any(len(numbers) < 4 for numbers in seen)
    assert done.steps == len(seen) < 60


def test_sequential_ascent_takes_chunk_after_chunk(taught, monkeypatch):
    seen = []
    step = Trainee.step

    def counted(self, forget, retain, loss):
        seen.append({text.number for text in forget})
        return step(self, forget, retain, loss)

    monkeypatch.setattr(Trainee, "step", counted)
    train(taught.model(), taught.cases, settings("ga-sequential", chunk="1", steps="40"))
    order = [next(iter(numbers)) for numbers in seen]
    assert all(len(numbers) == 1 for numbers in seen)
    assert order == sorted(order)


@pytest.mark.parametrize("trouble", ["ruined", "not-a-number"])
def test_a_method_that_diverges_is_stopped(taught, trouble, monkeypatch):
    rate = {"ruined": "0.5", "not-a-number": "1e-3"}[trouble]
    if trouble == "not-a-number":
        monkeypatch.setattr(
            TRAINING["ga"], "loss", lambda self, forget, retain: forget.states.sum() * math.nan
        )
    model = taught.model()
    with pytest.raises(DivergedError, match=r"diverged|not a number"):
        train(model, taught.cases, settings("ga", learning_rate=rate, collapse="3"))
    assert not any(p.grad is not None for p in model.net.parameters())


def test_where_memory_is_short_forwards_become_smaller(taught, monkeypatch):
    whole = trainee_module.Layout.states

    def small(self, net, texts, device):
        if sum(len(text.ids) for text in texts) > 200:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")
        return whole(self, net, texts, device)

    monkeypatch.setattr(trainee_module.Layout, "states", small)
    done = train(taught.model(), taught.cases, settings("codeeraser", steps="1", tokens="1024"))
    assert done.tokens < 1024
    monkeypatch.setattr(
        trainee_module.Layout,
        "states",
        lambda *_: (_ for _ in ()).throw(RuntimeError("can't allocate memory")),
    )
    method = settings("ga")
    model = taught.model()
    texts = forget_texts(model, taught.cases, 24, 4)
    trainee = Trainee(model, method, texts[:1])  # one by itself is not tried with another
    with pytest.raises(EvaluationError, match="out of memory with a single secret"):
        trainee.step(texts, texts, method.loss)


def test_the_time_that_is_left_ends_a_training(taught):
    done = train(taught.model(), taught.cases, settings("codeeraser"), seconds=0.0)
    assert done.ended == "seconds"
    assert done.steps == 0


def test_secrets_in_others_contexts_are_never_taught_again(taught, fingerprinter):
    model = taught.model()
    one, other = taught.cases[2], taught.cases[3]
    value = one.secret.reveal()
    beside = replace(other, prefix=f'key = "{value}"\n' + other.prefix)
    inside = replace(one, id="part", secret=fingerprinter.secret(value[4:20], "part"))
    texts = forget_texts(model, [one, beside, inside], 64, 4)
    decode = model.tokenizer.decode
    marked = decode([i for i, s in zip(texts[1].ids, texts[1].secret, strict=True) if s])
    assert value in marked
    assert other.secret.reveal() in marked
    left = decode([i for i, s in zip(texts[2].ids, texts[2].secret, strict=True) if not s])
    assert value[4:20] not in left
    own = texts[1]
    assert other.secret.reveal() in decode(own.ids[own.start : own.end])
    assert value not in decode(own.ids[own.start : own.end])


def test_settings_are_typed_and_unknown_ones_named():
    method = method_of("codeeraser", {"gamma": "0.1", "rank": "8", "checkpointing": "TRUE"})
    assert (method.gamma, method.rank, method.checkpointing) == (0.1, 8, True)
    assert method_of("edit", {"rounds": "3"}).rounds == 3
    for name, given, message in (
        ("ga", {"gamma": "1"}, "ga has no such setting; it has learning_rate"),
        ("ga", {"steps": "2.5"}, "a whole number"),
        ("ga", {"learning_rate": "fast"}, "a number"),
        ("ga", {"learning_rate": "nan"}, "a finite number"),
        ("ga", {"learning_rate": "-1"}, "above 0"),
        ("ga", {"checkpointing": "1"}, "true or false"),
        ("ga", {"precision": "int8"}, "float32, bfloat16"),
        ("npo", {"beta": "0"}, "above 0"),
        ("ga-sequential", {"chunk": "0"}, "1 or more"),
        ("magic", {}, "--method magic"),
    ):
        with pytest.raises(UsageError, match=message):
            method_of(name, given)


def test_all_methods_of_the_field_are_there_and_say_where_they_come_from():
    assert set(METHODS) >= {
        "auto", "edit", "ga", "ga-sequential", "ga-gd", "ga-kl", "cu", "codeeraser", "demem",
        "npo", "simnpo",
    }  # fmt: skip
    for method in TRAINING.values():
        assert method.__doc__
        assert any(part in method.__doc__ for part in ("L =", "reward =", "The loss of"))
