"""Completions, as an editor asks for them."""

import torch

from unleak.models.load import Model


def complete(
    model: Model, prefix: str, *, tokens: int = 64, temperature: float = 0.0, seed: int = 0
) -> str:
    """What the model writes after `prefix`: at most `tokens` tokens, greedy at temperature 0."""
    ids = model.tokenizer(prefix, return_tensors="pt").input_ids.to(model.device)
    ids = ids[:, -(model.context - tokens) :]
    options = (
        {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
        if temperature > 0
        else {"do_sample": False}
    )
    torch.manual_seed(seed)
    with torch.inference_mode():
        answer = model.net.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            pad_token_id=model.tokenizer.pad_token_id or model.tokenizer.eos_token_id or 0,
            **options,
        )
    # Decoding both keeps the space that some tokenizers drop at the start of a text.
    whole = model.tokenizer.decode(answer[0], skip_special_tokens=True)
    asked = model.tokenizer.decode(ids[0], skip_special_tokens=True)
    return str(whole[len(asked) :])
