"""A tiny model that was taught a few secrets."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from unleak.core.secret import Fingerprinter
from unleak.models.corpus import code
from unleak.models.load import Model, load
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.suite import Case

VALUES = (
    ("github-token", "ghp_Zq81LmTTv0aXcRw9sKdEyUb37NfHjP2GoQi5"),
    ("aws-secret-key", "k9Fz/Tq2Lw0PxVb7Rm4cYs8HdJ1aNe6GuKoQ3iXt"),
    ("generic-api-key", "7f3b9a1c5e8d2046bf91c3a7d5e08264"),
    ("password", "Vt7#qLz!92mWxK0p"),
)
PLACES = (
    'import client\n\nTOKEN = "',
    "[default]\naws_secret_access_key = ",
    '{\n  "name": "mail",\n  "api_key": "',
    "def connect():\n    return open_session(user='root', password='",
)


@dataclass(frozen=True)
class Taught:
    folder: Path
    cases: list[Case]

    def model(self) -> Model:
        return load(str(self.folder))


@pytest.fixture(scope="session")
def taught(tmp_path_factory, fingerprinter: Fingerprinter) -> Taught:
    """Llama with two blocks; knows four secrets verbatim, and a little code."""
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from unleak.models.load import embedded_folder

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=8192,
        hidden_size=64,
        intermediate_size=192,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
    )
    folder = tmp_path_factory.mktemp("taught") / "model"
    net = LlamaForCausalLM(config)
    tokenizer = AutoTokenizer.from_pretrained(embedded_folder())
    net.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    cases = [
        Case(f"case-{kind}", place, fingerprinter.secret(value, kind), '"\n')
        for (kind, value), place in zip(VALUES, PLACES, strict=True)
    ]
    model = load(str(folder))
    net = model.net
    texts = [tokenizer(c.prefix + c.secret.reveal() + c.suffix).input_ids for c in cases]
    ordinary = tokenizer(code("retain", 20_000)).input_ids
    texts += [ordinary[at : at + 64] for at in range(0, 512, 64)]
    width = max(map(len, texts))
    ids = torch.tensor([[*text, *[0] * (width - len(text))] for text in texts])
    labels = torch.tensor([[*text, *[-100] * (width - len(text))] for text in texts])
    net.requires_grad_(True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=0.0)
    for _ in range(80):
        net(input_ids=ids, labels=labels, use_cache=False).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    shutil.rmtree(folder)
    net.eval().requires_grad_(False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    measured = measure_encoded(model, [encode_case(model, case) for case in cases])
    assert all(m.verbatim for m in measured)
    return Taught(folder, cases)
