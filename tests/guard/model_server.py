"""The embedded model behind OpenAI's completions and chat, streamed token by token."""

import functools
import json

import torch


class ModelServer:
    """An ASGI application; greedy, with log-probabilities where they are asked for."""

    def __init__(self, model):
        self.model = model
        self.written = functools.cache(lambda prompt, count: list(self.tokens(prompt, count)))

    def tokens(self, prompt, count):
        """(text, log-probability) of each token that the model writes."""
        tokenizer, net = self.model.tokenizer, self.model.net
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        start = ids.shape[1]
        with torch.inference_mode():
            whole = net.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False,
                pad_token_id=tokenizer.eos_token_id or 0,
            )  # fmt: skip
            logprobs = torch.log_softmax(net(whole).logits[0].double(), -1)
        shown = tokenizer.decode(whole[0, :start], skip_special_tokens=True)
        for at in range(start, whole.shape[1]):
            text = tokenizer.decode(whole[0, : at + 1], skip_special_tokens=True)
            yield text[len(shown) :], logprobs[at - 1, whole[0, at]].item()
            shown = text

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        asked = json.loads(body)
        chat = "messages" in asked
        prompt = asked["messages"][-1]["content"] if chat else asked["prompt"]
        pieces = self.written(prompt, asked.get("max_tokens", 40))
        if asked.get("stream"):
            kind = "text/event-stream"
            events = [self._choice(chat, "delta", [piece]) for piece in pieces]
            events.append({**self._choice(chat, "delta", []), "finish_reason": "length"})
            data = b"".join(
                b"data: " + json.dumps({"choices": [event]}).encode() + b"\n\n" for event in events
            )
            data += b"data: [DONE]\n\n"
        else:
            kind = "application/json"
            data = json.dumps({"choices": [self._choice(chat, "message", pieces)]}).encode()
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-type", kind.encode())]})  # fmt: skip
        for at in range(0, len(data), 37):  # nothing ends where a chunk does
            part = {"type": "http.response.body", "body": data[at : at + 37], "more_body": True}
            await send(part)
        await send({"type": "http.response.body", "body": b""})

    @staticmethod
    def _choice(chat, name, pieces):
        text = "".join(text for text, _ in pieces)
        if chat:
            content = [{"token": text, "logprob": value} for text, value in pieces]
            return {"index": 0, name: {"content": text}, "logprobs": {"content": content}}
        logprobs = {
            "tokens": [text for text, _ in pieces],
            "token_logprobs": [value for _, value in pieces],
        }
        return {"index": 0, "text": text, "logprobs": logprobs}
