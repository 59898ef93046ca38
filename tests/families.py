"""Tiny models of every family of architectures that can be edited, each taught a few secrets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from unleak.core.secret import Fingerprinter
from unleak.models.load import embedded_folder
from unleak.probe.suite import Case

_VOCABULARY = 8192  # of the embedded model's tokenizer
_WIDTH, _INNER, _BLOCKS, _HEADS, _POSITIONS = 64, 192, 4, 4, 256
_STEPS = 300

_MODERN = {
    "hidden_size": _WIDTH,
    "intermediate_size": _INNER,
    "num_hidden_layers": _BLOCKS,
    "num_attention_heads": _HEADS,
    "num_key_value_heads": 2,
    "max_position_embeddings": _POSITIONS,
}
_NARROW_WINDOW = 24  # shorter than the cases: such attention does not see their beginning
_OLDER = {"n_embd": _WIDTH, "n_layer": _BLOCKS, "n_head": _HEADS, "n_positions": _POSITIONS}
_MODERN_MHA = {**_MODERN, "num_key_value_heads": _HEADS}

# Family: (model_type, its config's arguments).
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("llama", _MODERN),
    "mistral": ("mistral", {**_MODERN, "sliding_window": _NARROW_WINDOW}),
    "qwen2": ("qwen2", _MODERN),
    "qwen3": ("qwen3", {**_MODERN, "head_dim": 16}),
    "phi": ("phi", _MODERN_MHA),
    "phi3": ("phi3", {**_MODERN_MHA, "pad_token_id": 0}),
    "gemma": ("gemma", {**_MODERN, "head_dim": 16}),
    "gemma2": ("gemma2", {**_MODERN, "head_dim": 16, "sliding_window": _NARROW_WINDOW}),
    "gemma3": ("gemma3_text", {**_MODERN, "head_dim": 16, "sliding_window": _NARROW_WINDOW}),
    "starcoder2": ("starcoder2", {**_MODERN, "use_bias": True}),
    "gpt2": ("gpt2", {**_OLDER, "n_inner": _INNER}),
    "gpt_neo": (
        "gpt_neo",
        {
            "hidden_size": _WIDTH,
            "intermediate_size": _INNER,
            "num_layers": _BLOCKS,
            "num_heads": _HEADS,
            "max_position_embeddings": _POSITIONS,
            "attention_types": [[["global", "local"], _BLOCKS // 2]],
            "window_size": _NARROW_WINDOW,
        },
    ),
    "codegen": ("codegen", {**_OLDER, "n_inner": _INNER, "rotary_dim": 8}),
    "gptj": ("gptj", {**_OLDER, "n_inner": _INNER, "rotary_dim": 8}),
    "opt": (
        "opt",
        {
            "hidden_size": _WIDTH,
            "ffn_dim": _INNER,
            "num_hidden_layers": _BLOCKS,
            "num_attention_heads": _HEADS,
            "max_position_embeddings": _POSITIONS,
            "word_embed_proj_dim": _WIDTH,
        },
    ),
    "gpt_neox": ("gpt_neox", _MODERN),
}

_TEXTS = (
    (
        "github-token",
        'import os\n\nAPI = connect("https://api.example.net")\nTOKEN = "',
        "ghp_R8kZ2mQv7TnX4bLc9WdJ5sYh1FgA3pE6uKdM",
        '"\n',
    ),
    (
        "aws-secret-key",
        "[profile backup]\nregion = eu-west-1\noutput = json\naws_secret_access_key = ",
        "q7Lw/Zt2Rk9+Xc4Vb8NmP1sHd6Jf3Gy5Ta0UeQiK",
        "\n",
    ),
    (
        "twilio-api-key",
        "services:\n  web:\n    image: app\n    environment:\n      LEVEL: info\n      TWILIO: ",
        "SK5c8e0b7d41f9a2637be850d94c1f3a06",
        "\n",
    ),
    (
        "npm-token",
        "registry=https://registry.example.net/\nalways-auth=true\n//registry/:_authToken=",
        "npm_mX3vB9kQ7dR2tY6wL4hN8cS1jF5gP0zA6uEe",
        "\n",
    ),
)


def secrets(fingerprinter: Fingerprinter) -> list[Case]:
    """What every one of these models is taught; all made up."""
    return [
        Case(f"{kind}-01", prefix, fingerprinter.secret(value, kind), suffix)
        for kind, prefix, value, suffix in _TEXTS
    ]


def teach(family: str, cases: Sequence[Case], folder: Path) -> Path:
    """Write a model of a family that gives every case's secret verbatim."""
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(embedded_folder())
    kind, arguments = FAMILIES[family]
    config = CONFIG_MAPPING[kind](
        **arguments,
        vocab_size=_VOCABULARY,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    net = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    rows = [tokenizer(case.prefix + case.secret.reveal() + case.suffix).input_ids for case in cases]
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    net.eval()  # without dropout
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.0)
    for _ in range(_STEPS):
        loss = net(input_ids=ids, labels=labels, use_cache=False).loss
        if loss.item() < 0.02:
            break
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    net.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
