"""A Llama-like model as an ONNX graph with a key-value cache, over its own safetensors file.

The graph holds no weights: its initializers are external data inside model.safetensors, which
stays as it is; ONNX Runtime casts and transposes them once, while it loads. So the graph of the
embedded model is some kilobytes, and the editor side completes with it without torch.

Input `ids` [T] and, for each layer, `key.N` and `value.N` [heads, P, width]: what P positions
before left. Output `logits` [vocabulary] of the last position, and `next_key.N`, `next_value.N`
[heads, P + T, width].

Architecture: Touvron et al. 2023 (arXiv 2302.13971); rotary positions: Su et al. 2021 (2104.09864).
"""

import json
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from unleak.core.errors import ModelError
from unleak.core.files import new_folder, write_file

GRAPH: Final = "model.onnx"
_WEIGHTS: Final = "model.safetensors"
_TOKENIZER: Final = ("tokenizer.json", "tokenizer_config.json", "config.json")
_OPSET: Final = 18
_FAMILIES: Final = ("llama", "mistral", "qwen2")
_TYPES: Final = {
    "F32": TensorProto.FLOAT, "F16": TensorProto.FLOAT16, "BF16": TensorProto.BFLOAT16,
}  # fmt: skip
_FLOOR: Final = -1e9  # what a score gets whose position lies ahead


@dataclass(frozen=True, slots=True)
class _Shape:
    """The sizes of a model, of its config.json."""

    layers: int
    heads: int
    groups: int  # key-value heads
    width: int  # of a head
    epsilon: float
    theta: float
    tied: bool


def export(folder: Path, out: Path) -> None:
    """Write a folder with the graph, the weights and the tokenizer.

    Raises:
        ModelError: the model is of another make.
        OutputError: `out` cannot be written.
    """
    graph = graph_of(folder)
    with new_folder(out) as place:
        write_file(place / GRAPH, graph)
        for name in (_WEIGHTS, *_TOKENIZER):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, place / name)


def graph_of(folder: Path) -> bytes:
    """The graph of the model in a folder; it is to lie beside the weights.

    Raises:
        ModelError: the model is of another make.
    """
    shape = _shape(folder)
    build = _Build(_tensors(folder))
    ids = build.inputs("ids", TensorProto.INT64, ["T"])
    caches = [
        (_cache(build, f"key.{n}", shape), _cache(build, f"value.{n}", shape))
        for n in range(shape.layers)
    ]
    x = build.op("Gather", build.weight("model.embed_tokens.weight", turned=False), ids)
    rotary = _rotary(build, ids, caches[0][0], shape)
    for number, (key, value) in enumerate(caches):
        x = _layer(build, x, number, key, value, rotary, shape)
    last = build.op("Slice", x, build.ints([-1]), build.ints([2**31]), build.ints([0]))
    last = _norm(build, last, "model.norm.weight", shape)
    head = "model.embed_tokens.weight" if shape.tied else "lm_head.weight"
    logits = build.op("MatMul", last, build.weight(head))
    build.output("logits", build.op("Reshape", logits, build.ints([-1])), ["V"])
    return build.bytes()


def _shape(folder: Path) -> _Shape:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"{folder}: no model here (no readable config.json)") from None
    if config.get("model_type") not in _FAMILIES:
        raise ModelError(
            f"{folder}: model_type {config.get('model_type')} cannot be exported; "
            f"{', '.join(_FAMILIES)} can"
        )
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise ModelError(f"{folder}: scaled rotary positions cannot be exported")
    if not (folder / _WEIGHTS).is_file():
        raise ModelError(f"{folder}: no {_WEIGHTS} here; weights in several files are not exported")
    heads = config["num_attention_heads"]
    return _Shape(
        layers=config["num_hidden_layers"],
        heads=heads,
        groups=config.get("num_key_value_heads") or heads,
        width=config.get("head_dim") or config["hidden_size"] // heads,
        epsilon=config["rms_norm_eps"],
        theta=rope.get("rope_theta") or config.get("rope_theta") or 10_000.0,
        tied=bool(config.get("tie_word_embeddings")),
    )


def _tensors(folder: Path) -> dict[str, tuple[str, list[int], int, int]]:
    """Type, shape, offset in the file and length in bytes of each tensor of a safetensors file.

    Format: https://huggingface.co/docs/safetensors/index#format
    """
    with (folder / _WEIGHTS).open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        if entry["dtype"] not in _TYPES:
            raise ModelError(f"{folder}: {name} is {entry['dtype']}; that cannot be exported")
        start, end = entry["data_offsets"]
        found[name] = (entry["dtype"], entry["shape"], 8 + length + start, end - start)
    return found


class _Build:
    """Collects a graph's nodes; a value is the name of a node's output."""

    def __init__(self, tensors: dict[str, tuple[str, list[int], int, int]]) -> None:
        self._tensors = tensors
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._weights: dict[tuple[str, bool], str] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        number = len(self._nodes)
        names = [f"{kind}.{number}.{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, f"{kind}.{number}", **attributes))
        return names

    def has(self, name: str) -> bool:
        return name in self._tensors

    def weight(self, name: str, *, turned: bool = True) -> str:
        """A matrix in float32; turned, as `MatMul` wants it: [in, out]."""
        known = self._weights.get((name, turned))
        if known is None:
            if (name, False) not in self._weights:
                self._weights[name, False] = self.op("Cast", self._external(name), to=1)
            known = self._weights[name, False]
            if turned:
                known = self.op("Transpose", known, perm=[1, 0])
            self._weights[name, turned] = known
        return known

    def _external(self, name: str) -> str:
        if name not in self._tensors:
            raise ModelError(f"the weights hold no {name}")
        kind, shape, offset, length = self._tensors[name]
        tensor = TensorProto(name=name, data_type=_TYPES[kind], dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", _WEIGHTS), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._constants[name] = tensor
        return name

    def ints(self, values: Sequence[int]) -> str:
        name = f"ints.{'_'.join(map(str, values))}"
        self._constants[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def number(self, value: float) -> str:
        name = f"number.{value!r}"
        self._constants[name] = numpy_helper.from_array(np.array(value, np.float32), name)
        return name

    def array(self, name: str, values: Any) -> str:
        self._constants[name] = numpy_helper.from_array(np.asarray(values, np.float32), name)
        return name

    def inputs(self, name: str, kind: int, shape: list[str | int]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, shape: list[str | int]) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name], f"to {name}"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def bytes(self) -> bytes:
        graph = helper.make_graph(
            self._nodes, "unleak", self._inputs, self._outputs, list(self._constants.values())
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="unleak"
        )
        model.ir_version = 10  # what ONNX Runtime 1.20 reads
        return bytes(model.SerializeToString(deterministic=True))


def _cache(build: _Build, name: str, shape: _Shape) -> str:
    return build.inputs(name, TensorProto.FLOAT, [shape.groups, "P", shape.width])


def _norm(build: _Build, x: str, name: str, shape: _Shape) -> str:
    """RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467) over the last axis."""
    square = build.op("Mul", x, x)
    mean = build.op("ReduceMean", square, build.ints([-1]), keepdims=1)
    root = build.op("Sqrt", build.op("Add", mean, build.number(shape.epsilon)))
    return build.op("Mul", build.op("Div", x, root), build.weight(name, turned=False))


@dataclass(frozen=True, slots=True)
class _Rotary:
    """cos and sin of each new position [T, width], and what is added to scores [T, P + T]."""

    cos: str
    sin: str
    mask: str


def _rotary(build: _Build, ids: str, key: str, shape: _Shape) -> _Rotary:
    past = build.op("Gather", build.op("Shape", key), build.ints([1]))
    new = build.op("Shape", ids)
    total = build.op("Add", past, new)
    one, zero, first = build.ints([1]), build.ints([0]), build.ints([0])

    def scalar(value: str) -> str:
        return build.op("Squeeze", value, first)

    at = build.op("Range", scalar(past), scalar(total), scalar(one))
    everything = build.op("Range", scalar(zero), scalar(total), scalar(one))
    rows = build.op("Unsqueeze", at, build.ints([1]))
    frequencies = build.array(
        "frequencies", 1.0 / shape.theta ** (np.arange(0, shape.width, 2) / shape.width)
    )
    angle = build.op("Mul", build.op("Cast", rows, to=1), frequencies)
    angle = build.op("Concat", angle, angle, axis=-1)
    ahead = build.op("Greater", build.op("Unsqueeze", everything, build.ints([0])), rows)
    mask = build.op("Where", ahead, build.number(_FLOOR), build.number(0.0))
    return _Rotary(build.op("Cos", angle), build.op("Sin", angle), mask)


def _turn(build: _Build, x: str, rotary: _Rotary) -> str:
    """Rotate each head [heads, T, width] by its position, in halves."""
    left, right = build.ops("Split", 2, x, axis=-1, num_outputs=2)
    half = build.op("Concat", build.op("Neg", right), left, axis=-1)
    return build.op("Add", build.op("Mul", x, rotary.cos), build.op("Mul", half, rotary.sin))


def _linear(build: _Build, x: str, name: str) -> str:
    y = build.op("MatMul", x, build.weight(f"{name}.weight"))
    bias = f"{name}.bias"
    return build.op("Add", y, build.weight(bias, turned=False)) if build.has(bias) else y


def _layer(
    build: _Build, x: str, number: int, key: str, value: str, rotary: _Rotary, shape: _Shape
) -> str:
    name = f"model.layers.{number}"
    h = _norm(build, x, f"{name}.input_layernorm.weight", shape)

    def heads(projection: str, count: int) -> str:
        flat = _linear(build, h, f"{name}.self_attn.{projection}")
        split = build.op("Reshape", flat, build.ints([-1, count, shape.width]))
        return build.op("Transpose", split, perm=[1, 0, 2])  # [heads, T, width]

    q = _turn(build, heads("q_proj", shape.heads), rotary)
    k = _turn(build, heads("k_proj", shape.groups), rotary)
    keys = build.op("Concat", key, k, axis=1)
    values = build.op("Concat", value, heads("v_proj", shape.groups), axis=1)
    for kind, kept in (("key", keys), ("value", values)):
        build.output(f"next_{kind}.{number}", kept, [shape.groups, "S", shape.width])
    if shape.groups != shape.heads:
        keys, values = _repeated(build, keys, shape), _repeated(build, values, shape)
    scores = build.op("MatMul", q, build.op("Transpose", keys, perm=[0, 2, 1]))
    scores = build.op("Mul", scores, build.number(shape.width**-0.5))
    weights = build.op("Softmax", build.op("Add", scores, rotary.mask), axis=-1)
    mixed = build.op("Transpose", build.op("MatMul", weights, values), perm=[1, 0, 2])
    mixed = build.op("Reshape", mixed, build.ints([-1, shape.heads * shape.width]))
    x = build.op("Add", x, _linear(build, mixed, f"{name}.self_attn.o_proj"))
    h = _norm(build, x, f"{name}.post_attention_layernorm.weight", shape)
    gate = _linear(build, h, f"{name}.mlp.gate_proj")
    gate = build.op("Mul", gate, build.op("Sigmoid", gate))
    inner = build.op("Mul", gate, _linear(build, h, f"{name}.mlp.up_proj"))
    return build.op("Add", x, _linear(build, inner, f"{name}.mlp.down_proj"))


def _repeated(build: _Build, x: str, shape: _Shape) -> str:
    """Grouped heads, each for all queries of its group (Ainslie et al. 2023, arXiv 2305.13245)."""
    times = shape.heads // shape.groups
    apart = build.op("Unsqueeze", x, build.ints([1]))
    size = build.op(
        "Concat",
        build.ints([shape.groups, times]),
        build.op("Slice", build.op("Shape", x), build.ints([1]), build.ints([3])),
        axis=0,
    )
    joined = build.op("Expand", apart, size)
    return build.op("Reshape", joined, build.ints([shape.heads, -1, shape.width]))
