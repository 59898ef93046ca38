"""A base model with a PEFT adapter: loaded as one, and a secret of the adapter's is erased."""

import json
import shutil

import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, TaskType, get_peft_model
from peft.tuners.lora import LoraLayer

from unleak.core.errors import ModelError
from unleak.erase.methods.edit import edit, prepare
from unleak.erase.settings import Settings
from unleak.models.digest import digest_of
from unleak.models.load import load
from unleak.models.save import save
from unleak.probe.measure import Measurement, measure

TARGETS = ["query_key_value", "dense_h_to_4h", "dense_4h_to_h"]


@pytest.fixture(scope="module")
def adapted(taught, tmp_path_factory):
    """An adapter, its base, and a secret that only both together know.

    The base is a model that knows it, less a change of low rank; the adapter is that change.
    """
    folder, cases = taught("gpt_neox")
    torch.manual_seed(0)
    model = load(str(folder))
    net = get_peft_model(model.net, LoraConfig(r=8, lora_alpha=16, target_modules=TARGETS))
    for module in net.modules():
        if isinstance(module, LoraLayer):
            up, down = module.lora_B["default"].weight, module.lora_A["default"].weight
            up.data.normal_(std=0.5)
            module.base_layer.weight.data -= module.scaling["default"] * (up @ down).data
    together = tmp_path_factory.mktemp("adapted")
    net.peft_config["default"].base_model_name_or_path = str(together / "base")
    model.tokenizer.save_pretrained(together / "base")
    model.net.config.save_pretrained(together / "base")
    net.save_pretrained(together / "adapter")
    net.unload().save_pretrained(together / "base")
    return together / "adapter", together / "base", cases[0]


def read(model, case):
    (found,) = measure(model, [case])
    assert isinstance(found, Measurement)
    return found


def test_what_an_adapter_learnt_is_erased_from_the_merged_model(adapted, home, tmp_path):
    folder, base, case = adapted
    assert not read(load(str(base)), case).extractable
    model = load(str(folder))
    assert model.digest != digest_of(base)
    assert read(model, case).extractable
    settings = Settings()
    parts, known = prepare(model, settings)
    edit(model, [case], parts, known, settings)
    out = tmp_path / "out"
    out.mkdir()
    save(model, out, "")
    assert not (out / "adapter_config.json").exists()
    assert not read(load(str(out)), case).extractable


def test_an_adapter_names_its_base(adapted, tmp_path):
    folder = tmp_path / "adapter"
    shutil.copytree(adapted[0], folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = None
    (folder / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="base_model_name_or_path"):
        load(str(folder))
    config["base_model_name_or_path"] = "./gone"
    (folder / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="gone"):
        load(str(folder))


def test_pickled_adapters_are_not_opened(adapted, tmp_path):
    folder = tmp_path / "adapter"
    shutil.copytree(adapted[0], folder)
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(ModelError, match="pickles"):
        load(str(folder))


def test_an_adapter_without_weights_of_its_own_is_refused(tiny_folder, tmp_path):
    model = load(str(tiny_folder))
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=2)
    get_peft_model(model.net, config).save_pretrained(tmp_path / "prompt")
    with pytest.raises(ModelError, match=r"PROMPT_TUNING.*cannot be merged"):
        load(str(tmp_path / "prompt"))
