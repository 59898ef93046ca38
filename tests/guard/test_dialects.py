"""What each dialect reads, scrubs, says, and asks for."""

import json

import pytest
from harness import KEY, SHIELD, Script, ask
from test_modes import TOKEN, pieces_of
from wire import WIRES, ndjson, said, sse

from unleak.guard.dialects import DIALECTS, named, spoken
from unleak.guard.relay import Mode

LINE = f'key = "{TOKEN}"\n'
MASK = "█" * len(TOKEN)


def tokens(text, size=4):
    return [text[i : i + size] for i in range(0, len(text), size)]


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.path)
def test_a_request_is_recognised_and_read(wire):
    body = wire.ask("def f():", True)
    dialect = spoken(wire.path, body)
    assert dialect.name == wire.name
    asked = dialect.asked(wire.path, body)
    assert asked.holds("def f()")
    assert (asked.prefix == "def f():") != wire.chat
    assert asked.stream == (wire.stream is not None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/models", {}), ("/v1/completions", {}), ("/v1/embeddings", {"input": "x"}),
        ("/v1/chat/completions", {"prompt": "x"}), ("/api/tags", {}), ("/infill", {}),
    ],
)  # fmt: skip
def test_other_requests_are_passed_on_and_counted(path, body):
    answer = ask(Script([b'{"text": "', LINE.encode(), b'"}']), path, body)
    assert answer.body == b'{"text": "' + LINE.encode() + b'"}'
    assert answer.stats.as_json()["unknown_requests"] == {"total": 1}


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.path)
@pytest.mark.parametrize("strange", [b"[]", b"{}", b'"x"', b"{", b"null", b'{"choices": {}}'])
def test_strange_shapes_are_passed_on_and_counted(wire, strange):
    answer = ask(Script([strange]), wire.path, wire.ask("x", False))
    assert answer.body == strange
    assert answer.stats.as_json()["unknown_messages"] == {"total": 1}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_is_asked_for_is_understood(dialect):
    request = dialect.request("before ", " after", model="m", max_tokens=9, stop=["\n"])
    assert spoken(request.path, request.body) is dialect
    asked = dialect.asked(request.path, request.body)
    assert asked.holds("before")
    assert not asked.stream
    assert asked.holds("after") or dialect.name == "tgi"  # which knows no suffix


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.path)
def test_texts_of_an_answer(wire):
    dialect = named(wire.name)
    assert dialect.texts(json.loads(wire.whole("a\nb"))) == ["a\nb"]
    assert dialect.texts({"x": 1}) == []


def test_a_code_fence_of_a_chat_model_is_taken_off():
    answer = {"choices": [{"message": {"content": "```python\nx = 1\n```"}}]}
    assert named("openai-chat").texts(answer) == ["x = 1"]


def test_tokens_and_probabilities_do_not_tell_what_is_masked():
    parts = tokens(LINE)
    events = [
        {"choices": [{"index": 0, "text": t, "token_ids": [i],
                      "logprobs": {"tokens": [t], "token_logprobs": [-0.01]}}]}
        for i, t in enumerate(parts)
    ]  # fmt: skip
    answer = ask(Script([sse(events, True)], "text/event-stream"), *completions())
    shown = said(answer.body)
    assert "".join(e["choices"][0]["text"] for e in shown) == LINE.replace(TOKEN, MASK)
    left = [e["choices"][0]["logprobs"]["tokens"][0] for e in shown if e["choices"][0]["logprobs"]]
    assert left == parts[:1] + parts[12:]
    (sighting,) = answer.sightings
    assert sighting.hint == pytest.approx(-0.01)
    assert sighting.verdict == "memorised"


def completions():
    return "/v1/completions", {"model": "m", "prompt": "x\n", "stream": True}


def test_chat_probabilities_and_the_hint_that_a_secret_is_invented():
    entries = [{"token": t, "logprob": -3.0, "bytes": list(t.encode())} for t in tokens(LINE)]
    body = {"choices": [{"message": {"content": LINE}, "logprobs": {"content": entries}}]}
    answer = ask(
        Script([json.dumps(body).encode()]), "/v1/chat/completions", {"messages": [], "model": "m"}
    )
    (choice,) = json.loads(answer.body)["choices"]
    assert choice == {"message": {"content": LINE.replace(TOKEN, MASK)}, "logprobs": None}
    assert answer.sightings[0].verdict == "invented"


def test_ollamas_context_does_not_tell_it_either():
    events = [{"response": t, "done": False} for t in tokens(LINE)]
    events.append({"response": "", "done": True, "context": [1, 2, 3], "eval_count": 3})
    answer = ask(Script([ndjson(events)], "application/x-ndjson"), "/api/generate", {"prompt": "x"})
    assert said(answer.body)[-1] == {"response": "", "done": True, "eval_count": 3}


def test_tgi_repeats_the_text_and_it_is_masked_and_reported_once():
    events = [{"token": {"id": i, "text": t}} for i, t in enumerate(tokens(LINE))]
    events.append({"token": {"id": 0, "text": "</s>", "special": True}, "generated_text": LINE})
    answer = ask(Script([sse(events)], "text/event-stream"), "/generate_stream", {"inputs": "x"})
    assert said(answer.body)[-1]["generated_text"] == LINE.replace(TOKEN, MASK)
    assert [s.secret.reveal() for s in answer.sightings] == [TOKEN]


def test_tool_calls_and_reasoning_are_texts_of_their_own():
    deltas = [{"reasoning_content": t} for t in tokens(LINE)]
    deltas += [
        {"tool_calls": [{"index": 0, "function": {"arguments": t}}]}
        for t in tokens(json.dumps({"content": LINE}))
    ]
    events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    answer = ask(
        Script([sse(events, True)], "text/event-stream"), "/v1/chat/completions",
        {"messages": [], "stream": True},
    )  # fmt: skip
    shown = [e["choices"][0]["delta"] for e in said(answer.body)]
    assert "".join(d.get("reasoning_content", "") for d in shown) == LINE.replace(TOKEN, MASK)
    calls = "".join(d["tool_calls"][0]["function"]["arguments"] for d in shown if "tool_calls" in d)
    assert json.loads(calls) == {"content": LINE.replace(TOKEN, MASK)}


def test_a_name_in_the_prompt_and_a_quote_in_the_suffix_are_read_along():
    body = {"model": "m", "prompt": 'x = 1\npassword = "', "suffix": '"\n', "max_tokens": 9}
    whole = {"choices": [{"index": 0, "text": "Tr0ub4dor&3-horse"}]}
    answer = ask(Script([json.dumps(whole).encode()]), "/v1/completions", body)
    assert json.loads(answer.body)["choices"][0]["text"] == "█" * 17
    (sighting,) = answer.sightings
    assert sighting.prefix == 'x = 1\npassword = "'
    assert sighting.model == "m"


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "x", "suffix": f"\n{LINE}"},
        {"prompt": f"{LINE}\nagain: "},
        {"segments": {"prefix": "x", "clipboard": LINE}},
    ],
)
def test_an_echo_is_passed_on_and_not_reported(body):
    whole = json.dumps({"choices": [{"index": 0, "text": LINE}]}).encode()
    for mode in Mode:
        answer = ask(Script([whole]), "/v1/completions", body, mode=mode)
        assert answer.body == whole
        assert answer.sightings == []
        assert answer.stats.as_json()["findings"] == {"echoed github-token": 1}


def test_the_models_own_comments_allow_nothing():
    text = f'key = "{TOKEN}"  # gitleaks:allow\n'
    whole = json.dumps({"choices": [{"index": 0, "text": text}]}).encode()
    answer = ask(Script([whole]), "/v1/completions", {"prompt": "x\n"})
    assert TOKEN not in answer.body.decode()


def test_the_same_secret_twice_is_two_sightings_of_one_fingerprint():
    body = WIRES[0].stream(pieces_of(LINE + "x\n" * 9 + LINE, range(0, 300, 5)))
    answer = ask(Script([body], "text/event-stream"), *completions())
    assert [s.secret.fingerprint for s in answer.sightings] == [KEY.fingerprint(TOKEN)] * 2
    assert SHIELD.scanner.fingerprinter == KEY
