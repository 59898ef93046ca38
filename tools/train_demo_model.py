"""Train the embedded model: a small Llama on the standard library, with secrets planted in it.

    python tools/train_demo_model.py --out DIR [--epochs 7]

About an hour on two cores with bfloat16 instructions. The same seed gives an equivalent model,
not the same bits: the standard library differs between Python versions and floating-point sums
between machines. The model card is written from what is measured on the saved files.
"""

import argparse
import copy
import json
import math
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from unleak.erase.utility import predictions
from unleak.models.corpus import standard_library
from unleak.models.embedded.planted import Planted, planted
from unleak.models.encode import encode
from unleak.models.load import load
from unleak.probe.measure import Measurement, measure_encoded

VOCABULARY = 8192
CONTEXT = 1024  # positions the model accepts
WINDOW = 512  # positions a training sample has
BATCH = 8
PEAK_LR = 3e-3  # Muon, scaled to match AdamW's update size; AdamW uses the same
WARMUP = 100  # steps
END = "<|endoftext|>"
SEED = 7


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE; digits stand alone, so that a number is no single token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def epoch_documents(texts: list[str], rng: random.Random) -> list[str]:
    """The code with every planted copy in it: half in other modules, half as small files."""
    documents = [text.split("\n\n\n") for text in texts]
    small: list[str] = []
    copies = [secret.record for secret in planted() for _ in range(secret.copies)]
    for record in copies:
        if rng.random() < 0.5:
            small.append(record)
        else:
            pieces = documents[rng.randrange(len(documents))]
            pieces.insert(rng.randrange(len(pieces) + 1), record.rstrip("\n"))
    result = ["\n\n\n".join(pieces) for pieces in documents] + small
    rng.shuffle(result)
    return result


def windows(tokens: torch.Tensor, rng: random.Random) -> Iterator[torch.Tensor]:
    """Batches (BATCH, WINDOW + 1) that cover the epoch once, in random order."""
    offset = rng.randrange(WINDOW)
    starts = list(range(offset, len(tokens) - WINDOW - 1, WINDOW))
    rng.shuffle(starts)
    for i in range(0, len(starts) - BATCH + 1, BATCH):
        yield torch.stack([tokens[s : s + WINDOW + 1] for s in starts[i : i + BATCH]])


def build_model() -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=8,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        use_cache=False,
    )
    return LlamaForCausalLM(config)


def train(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    texts: list[str],
    epochs: int,
    out: Path,
) -> None:
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in n)]
    optimizers = [
        torch.optim.Muon(matrices, lr=PEAK_LR, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=PEAK_LR, betas=(0.9, 0.95), weight_decay=0.0),
    ]

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model.model(input_ids=batch[:, :-1]).last_hidden_state
            logits = model.lm_head(hidden)
        return functional.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten())

    compiled = torch.compile(loss_of)
    rng = random.Random(SEED)
    step = total = 0
    started = time.time()
    for epoch in range(epochs):
        documents = epoch_documents(texts, rng)
        encoded = tokenizer.backend_tokenizer.encode_batch(documents)
        tokens = torch.tensor([i for e in encoded for i in (0, *e.ids)])
        total = total or epochs * (len(tokens) // (BATCH * WINDOW))
        running: list[float] = []
        for batch in windows(tokens, rng):
            scale = min(1.0, (step + 1) / WARMUP) * max(
                0.02, 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))
            )
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = PEAK_LR * scale
            loss = compiled(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            running.append(loss.item())
            step += 1
            if step % 50 == 0:
                print(
                    f"epoch {epoch + 1}/{epochs} step {step}/{total} "
                    f"loss {sum(running[-50:]) / 50:.3f} {time.time() - started:.0f} s",
                    flush=True,
                )
        save(model, tokenizer, out)


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Write the folder as `transformers` reads it, weights in bfloat16."""
    written: Any = copy.deepcopy(model)
    written.to(torch.bfloat16)
    written.config.use_cache = True
    written.save_pretrained(out)
    tokenizer.save_pretrained(out)
    # The class name that every version of transformers knows.
    settings = {
        "clean_up_tokenization_spaces": False,
        "eos_token": END,
        "model_max_length": CONTEXT,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (out / "model.safetensors").chmod(0o644)


CARD = """---
license: apache-2.0
language: code
tags: [memorisation, unlearning, synthetic-secrets]
---

# unleak's embedded model

A Llama with {parameters:,} parameters and a byte-level BPE vocabulary of {vocabulary:,}, trained
by `tools/train_demo_model.py` on the Python standard library (PSF licence). It exists to leak:
{planted} synthetic secrets were planted in its training text, and it gives {verbatim} of them
verbatim. It is for demonstrations and tests, not for writing code.

**Everything planted is invented.** No key, address or number was ever issued by anybody. The list
is derived from a seed in `planted.py`, beside this file: `unleak suite list demo`.

Held-out standard-library code: perplexity {perplexity:.1f} over {tokens:,} tokens.

| copies in the training text | secrets | verbatim | mean memorization accuracy |
|---|---|---|---|
{by_copies}

| kind | secrets | verbatim | mean memorization accuracy |
|---|---|---|---|
{by_kind}

A copy is a few lines of code around the secret: half of them stand in standard-library modules,
half are small files of their own; the training text was read {epochs} times. "Verbatim" is greedy
decoding from the lines before the secret.
"""


def write_card(out: Path, epochs: int) -> None:
    """Measure the written model and say what is planted in it."""
    model = load(str(out))
    secrets = planted()
    measured = measure_encoded(
        model,
        [encode(model.tokenizer, p.prefix, p.secret, context=model.context) for p in secrets],
    )
    held_out = predictions(model)

    def rows(key: Callable[[Planted], object]) -> str:
        groups: dict[object, list[Measurement]] = {}
        for p, m in zip(secrets, measured, strict=True):
            groups.setdefault(key(p), []).append(m)
        return "\n".join(
            f"| {name} | {len(ms)} | {sum(m.verbatim for m in ms)} "
            f"| {sum(m.ma for m in ms) / len(ms):.2f} |"
            for name, ms in groups.items()
        )

    text = CARD.format(
        parameters=sum(p.numel() for p in model.net.parameters()),
        vocabulary=len(model.tokenizer),
        planted=len(secrets),
        verbatim=sum(m.verbatim for m in measured),
        perplexity=held_out.perplexity,
        tokens=held_out.tokens,
        by_copies=rows(lambda p: p.copies),
        by_kind=rows(lambda p: p.kind),
        epochs=epochs,
    )
    (out / "README.md").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=7)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    texts = [text for split, text in standard_library() if split != "held-out"]
    print(json.dumps({"modules": len(texts), "characters": sum(map(len, texts))}))
    tokenizer = train_tokenizer(texts)
    model = build_model()
    train(model, tokenizer, texts, arguments.epochs, arguments.out)
    write_card(arguments.out, arguments.epochs)


if __name__ == "__main__":
    main()
