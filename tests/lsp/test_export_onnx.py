"""Models as ONNX: the same answers as torch gives, over the same weights."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from unleak.core.errors import ModelError
from unleak.models.complete import complete
from unleak.models.load import embedded_folder
from unleak.models.onnx_decoder import OnnxDecoder, Stopped
from unleak.models.onnx_export import export, graph_of

PROMPTS = ["import os\n\ndef main():\n    ", "class A:\n    def __init__(self", "# naïve 🎉\nx = "]


@pytest.fixture(scope="module")
def decoder():
    return OnnxDecoder(embedded_folder())


def test_the_shipped_graph_is_that_of_the_shipped_weights():
    assert (embedded_folder() / "model.onnx").read_bytes() == graph_of(embedded_folder())


@pytest.mark.parametrize("prompt", PROMPTS)
def test_it_completes_as_torch_does(decoder, demo, prompt):
    assert decoder.complete(prompt, tokens=24).text == complete(demo, prompt, tokens=24)


def test_the_kept_cache_changes_nothing(decoder):
    fresh = OnnxDecoder(embedded_folder())
    text = PROMPTS[0]
    for typed in ("", "r", "re", "ret", "x", "\n\nclass B:"):
        kept = decoder.complete(text + typed, tokens=8)
        assert kept.text == fresh.complete(text + typed, tokens=8).text
        assert kept.logprob < 0
        fresh = OnnxDecoder(embedded_folder()) if typed == "ret" else fresh


def test_a_prompt_longer_than_the_context_counts_by_its_end(decoder):
    long = "x = 1\n" * 2_000 + PROMPTS[0]
    assert decoder.complete(long, tokens=4).tokens == 4
    assert decoder.complete("", tokens=4).text == ""


def test_who_leaves_stops_it(decoder):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        decoder.complete(PROMPTS[0], stop=stop)


@pytest.mark.parametrize(
    "more", [{}, {"num_key_value_heads": 1}, {"model_type": "qwen2", "tied": False}]
)
def test_other_makes_are_exported_too(tmp_path, more):
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, Qwen2Config
    from transformers import Qwen2ForCausalLM as Qwen2

    torch.manual_seed(0)
    sizes = {
        "vocab_size": 8192, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": more.get("num_key_value_heads", 2),
        "max_position_embeddings": 256, "tie_word_embeddings": more.get("tied", True),
        "bos_token_id": 0, "eos_token_id": 0,
    }  # fmt: skip
    if more.get("model_type"):
        net = Qwen2(Qwen2Config(**sizes))
    else:
        net = LlamaForCausalLM(LlamaConfig(**sizes))
    folder, out = tmp_path / "model", tmp_path / "onnx"
    net.save_pretrained(folder)
    AutoTokenizer.from_pretrained(embedded_folder()).save_pretrained(folder)
    export(folder, out)
    decoder = OnnxDecoder(out)
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(PROMPTS[0]).ids
    answer = net.eval().generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False)
    wanted = Tokenizer.from_file(str(folder / "tokenizer.json")).decode(answer[0].tolist())
    assert PROMPTS[0] + decoder.complete(PROMPTS[0], tokens=12).text == wanted


def test_what_cannot_be_exported_is_said(tmp_path):
    config = json.loads((embedded_folder() / "config.json").read_text())
    for change, said in (
        ({"model_type": "gpt2"}, "model_type gpt2"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "scaled rotary"),
        ({}, "no model.safetensors"),
    ):
        (tmp_path / "config.json").write_text(json.dumps({**config, **change}))
        with pytest.raises(ModelError, match=said):
            export(tmp_path, tmp_path / "out")
    with pytest.raises(ModelError, match="export-onnx"):
        OnnxDecoder(tmp_path)
    assert not (tmp_path / "out").exists()


def test_the_command_exports_and_reading_it_needs_no_torch(tmp_path):
    out = tmp_path / "exported"
    unleak = Path(sys.executable).with_name("unleak")
    subprocess.run([unleak, "models", "export-onnx", "--model", "demo", "--out", out], check=True)
    code = (
        "import sys; from pathlib import Path\n"
        "from unleak.models.onnx_decoder import OnnxDecoder\n"
        f"print(OnnxDecoder(Path({str(out)!r})).complete('import os\\n', tokens=4).tokens)\n"
        "assert not {'torch', 'transformers', 'safetensors', 'onnx'} & set(sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert answer.stdout == b"4\n"
