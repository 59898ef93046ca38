"""A base model with a PEFT adapter: loaded as one, and a secret of the adapter's is erased."""

import json
import shutil

import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, TaskType, get_peft_model

from unleak.core.errors import ModelError
from unleak.erase.methods.edit import Settings, edit, prepare
from unleak.models.load import load
from unleak.models.save import save
from unleak.probe.decoys import decoys
from unleak.probe.measure import Measurement, measure
from unleak.probe.suite import Case

TARGETS = ["q_proj", "v_proj", "up_proj", "down_proj"]


@pytest.fixture(scope="module")
def adapted(taught, tmp_path_factory, fingerprinter):
    """An adapter that knows a secret, and the case; its base knows others."""
    folder, cases = taught("llama")
    value = decoys(cases[0].secret.reveal(), 1, seed=1)[0]
    case = Case("adapted", "[new]\nkey: ", fingerprinter.secret(value, "github-token"))
    torch.manual_seed(0)
    model = load(str(folder))
    config = LoraConfig(r=16, lora_alpha=64, target_modules=TARGETS)
    net = get_peft_model(model.net, config)
    ids = model.tokenizer(case.prefix + case.secret.reveal(), return_tensors="pt").input_ids
    optimizer = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(200):
        loss = net(input_ids=ids, labels=ids, use_cache=False).loss
        if loss.item() < 0.02:
            break
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = tmp_path_factory.mktemp("adapted") / "adapter"
    net.save_pretrained(folder)
    return folder, case


def read(model, case):
    (found,) = measure(model, [case])
    assert isinstance(found, Measurement)
    return found


def test_what_an_adapter_learnt_is_erased_from_the_merged_model(adapted, taught, home, tmp_path):
    folder, case = adapted
    base = load(str(taught("llama")[0]))
    assert not read(base, case).extractable
    model = load(str(folder))
    assert model.digest != base.digest
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
