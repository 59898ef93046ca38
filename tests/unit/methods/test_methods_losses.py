"""Losses against values worked out by hand; packing; the remembered reference."""

import math

import pytest
import torch
from torch import nn

from unleak.erase.methods.packing import Layout, layout
from unleak.erase.methods.part import Part, Remembered
from unleak.erase.methods.registry import TRAINING, method_of
from unleak.erase.methods.texts import Text, forget_texts, retain_texts
from unleak.erase.methods.trainee import Trainee

P = (0.5, 0.25, 0.125, 0.125)  # of four tokens, at every position
Q = (0.25, 0.25, 0.25, 0.25)  # and in the reference
KL = sum(q * math.log(q / p) for p, q in zip(P, Q, strict=True))


class Net:
    """States are logits already."""

    class config:  # noqa: N801
        final_logit_softcapping = None

    def __init__(self):
        self.head = nn.Linear(4, 4, bias=False)
        self.head.weight.data = torch.eye(4)

    def get_output_embeddings(self):
        return self.head


def part(texts):
    """Texts of which every token is predicted by P, and in the reference by Q."""
    net = Net()
    count = sum(len(text.ids) for text in texts)
    states = torch.tensor(P).log().repeat(count, 1).requires_grad_(True)
    kept = {text: torch.tensor(Q).log().repeat(len(text.ids) - 1, 1) for text in texts}
    true = {text: torch.full((len(text.ids) - 1,), math.log(0.25)) for text in texts}
    return Part(net, texts, states, Remembered(net.head, kept, true))


def text(ids, secret, number=0, random=None, level=0.0):
    marks = tuple(bool(i) for i in secret)
    chance = marks if random is None else tuple(bool(i) for i in random)
    return Text(tuple(ids), marks, chance, number, level=level)


# Two texts of different length: context tokens 0 (p = .5), secret tokens 1 and 2 (.25, .125).
FORGET = [text([3, 0, 1], [0, 0, 1]), text([3, 0, 0, 2, 2], [0, 0, 0, 1, 1], 1)]
RETAIN = [text([3, 0, 0], [0, 0, 0], 2), text([3, 1, 1], [0, 0, 0], 3)]
LN2 = math.log(2)
# Mean over texts of mean over tokens, in units of -ln 2.
ALL = -LN2 * ((1 + 2) / 2 + (1 + 1 + 3 + 3) / 4) / 2
SECRET = -LN2 * (2 + 3) / 2
CONTEXT = -LN2 * 1
KEPT = -LN2 * (1 + 2) / 2


def loss(name, **settings):
    method = method_of(name, {key: str(value) for key, value in settings.items()})
    return method.loss(part(FORGET), part(RETAIN)).item()


def test_the_terms_of_every_loss():
    assert loss("ga") == pytest.approx(ALL)
    assert loss("ga-sequential") == pytest.approx(ALL)
    assert loss("ga-gd", alpha=0.5) == pytest.approx(ALL - 0.5 * KEPT)
    assert loss("ga-kl", alpha=2) == pytest.approx(ALL + 2 * KL)
    assert loss("cu", weight=0.1, alpha=3) == pytest.approx(ALL + 0.1 * (3 * KL - KL))
    for gamma in (0.5, 0.1):
        assert loss("codeeraser", gamma=gamma, weight=0.1, alpha=1) == pytest.approx(
            SECRET - gamma * CONTEXT
        )
    assert loss("codeeraser", weight=1, alpha=4) == pytest.approx(SECRET - 0.5 * CONTEXT + 3 * KL)


def test_preference_losses():
    sums = [-LN2 * 3, -LN2 * 8]
    before = [2 * math.log(0.25), 4 * math.log(0.25)]
    beta = 0.1

    def logsigmoid(x):
        return -math.log1p(math.exp(-x))

    npo = [-(2 / beta) * logsigmoid(-beta * (p - q)) for p, q in zip(sums, before, strict=True)]
    assert loss("npo") == pytest.approx(sum(npo) / 2 - KEPT, rel=1e-5)
    means = [-LN2 * 3 / 2, -LN2 * 2]
    sim = [-(2 / 4.5) * logsigmoid(-4.5 * (m + 0.3)) for m in means]
    assert loss("simnpo", delta=0.3) == pytest.approx(0.125 * sum(sim) / 2 - KEPT, rel=1e-5)


def test_the_bounded_loss_asks_nothing_of_a_token_at_its_level():
    method = method_of("bounded", {})
    where = {"random": [0, 0, 1], "level": -1.0}
    above = part([text([3, 0, 0], [0, 0, 1], **where)])
    below = part([text([3, 0, 1], [0, 0, 1], **where)])
    rest = part(RETAIN)
    assert method.loss(above, rest).item() == pytest.approx(1 - LN2 + 2 * KL)
    assert method.loss(below, rest).item() == pytest.approx(2 * KL)


def test_a_loss_does_not_depend_on_the_batch():
    """Twice the same texts: the same loss; a long text weighs as much as a short one."""
    for name, method in TRAINING.items():
        if name != "demem":
            once = method().loss(part(FORGET), part(RETAIN)).item()
            twice = method().loss(part(FORGET * 2), part(RETAIN * 2)).item()
            assert once == pytest.approx(twice, rel=1e-5), name


@pytest.fixture
def texts(taught):
    model = taught.model()
    return model, forget_texts(model, taught.cases, 32, 4), retain_texts(model, 4, 48)


def gradients(model, forget, retain, packed, tokens=4096):
    """Of the parameters after one loss of codeeraser, which reads all kinds of entries."""
    method = method_of("codeeraser", {"tokens": str(tokens)})
    trainee = Trainee(model, method, forget)
    trainee.layout = Layout(packed=packed)
    trainee.remember([*forget, *retain])
    trainee._gradients(forget, retain, method.loss)
    found = {name: p.grad.clone() for name, p in model.net.named_parameters()}
    for parameter in model.net.parameters():
        parameter.grad = None
    return found


def test_packed_padded_and_split_batches_have_the_same_gradients(texts):
    model, forget, retain = texts
    assert layout(model, forget).packed
    packed = gradients(model, forget, retain, packed=True)
    for other in (
        gradients(model, forget, retain, packed=False),
        gradients(model, forget, retain, packed=True, tokens=64),
    ):
        for name, gradient in packed.items():
            assert torch.allclose(gradient, other[name], atol=1e-5, rtol=1e-3), name
    assert max(g.abs().max() for g in packed.values()) > 1e-3


def test_where_packed_texts_see_each_other_they_are_padded(texts, monkeypatch):
    model, forget, _ = texts
    base = model.net.base_model
    whole = base.forward
    monkeypatch.setattr(
        base,
        "forward",
        lambda attention_mask=None, **others: whole(**others | {"position_ids": None}),
    )
    assert not layout(model, forget).packed


def test_the_remembered_reference_is_what_the_model_said(texts):
    model, forget, retain = texts
    method = method_of("codeeraser", {})
    with Trainee(model, method, forget) as trainee:
        trainee.remember([*forget, *retain])
        with torch.no_grad():
            before = [model.net(input_ids=torch.tensor([t.ids])).logits[0, :-1] for t in forget]
        live = [logits.log_softmax(1) for logits in before]
        for _ in range(3):
            trainee.step(forget, retain, method.loss)
        with torch.no_grad():
            now = trainee.part(forget)
            kl = now.kl(now.everything)
            true = now.reference_log_p(now.everything)
            after = [model.net(input_ids=torch.tensor([t.ids])).logits[0, :-1] for t in forget]
    expected = torch.cat(
        [
            (reference.exp() * (reference - logits.log_softmax(1))).sum(1)
            for reference, logits in zip(live, after, strict=True)
        ]
    )
    assert kl.min() > -1e-5
    assert kl.max() > 1e-4
    assert torch.allclose(kl, expected, atol=1e-4)
    tokens = torch.cat(
        [
            r.gather(1, torch.tensor(t.ids[1:])[:, None])[:, 0]
            for r, t in zip(live, forget, strict=True)
        ]
    )
    assert torch.allclose(true, tokens, atol=1e-4)
