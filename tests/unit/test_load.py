import json
import shutil

import pytest
import torch

from unleak.core.errors import ModelError
from unleak.erase.anatomy import anatomy
from unleak.models.load import digest_of, load
from unleak.probe.local import LocalProber


def test_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        load(str(tmp_path))


def test_a_missing_path_is_no_model():
    with pytest.raises(ModelError, match="no such folder"):
        load("./not-there")


def test_an_unknown_hub_id_is_explained():
    with pytest.raises(ModelError, match="hub"):
        load("nobody/no-such-model")


def test_a_single_file_must_be_gguf(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="GGUF"):
        load(str(tmp_path / "model.bin"))


def test_a_broken_gguf_file_is_explained(tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(ModelError, match="cannot load"):
        load(str(tmp_path / "model.gguf"))


def test_pickled_weights_are_refused_and_never_opened(tiny_folder, tmp_path):
    folder = tmp_path / "pickle"
    shutil.copytree(tiny_folder, folder)
    (folder / "model.safetensors").unlink()

    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('the pickle was opened')",))

    torch.save({"w": Bomb()}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled"):
        load(str(folder))


def test_remote_code_stays_off(tiny_folder, tmp_path):
    folder = tmp_path / "remote"
    shutil.copytree(tiny_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModelForCausalLM": "evil.Model", "AutoConfig": "evil.Config"}
    config["model_type"] = "evil"
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(ModelError):
        load(str(folder))
    assert not (tmp_path / "ran").exists()


def test_damaged_weights_are_explained(tiny_folder, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_folder, folder)
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match="cannot load"):
        load(str(folder))


def _tiny(kind, tiny_folder, folder, **arguments):
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    config = CONFIG_MAPPING[kind](vocab_size=8192, **arguments)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_folder).save_pretrained(folder)
    return load(str(folder))


def test_an_unsupported_architecture_is_named(tmp_path, tiny_folder):
    model = _tiny("bloom", tiny_folder, tmp_path / "bloom", hidden_size=32, n_layer=1, n_head=2)
    with pytest.raises(ModelError, match=r"'bloom'.*llama"):
        anatomy(model)


def test_a_mixture_of_experts_is_refused_with_the_reason(tmp_path, tiny_folder):
    model = _tiny(
        "mixtral",
        tiny_folder,
        tmp_path / "mixtral",
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        num_local_experts=2,
    )
    with pytest.raises(ModelError, match=r"mixture of experts.*mixtral.*which expert"):
        anatomy(model)


def test_weights_left_on_the_disk_cannot_be_edited(tiny_folder):
    model = load(str(tiny_folder))
    model.net.model.layers[0].to("meta")
    with pytest.raises(ModelError, match=r"left on the disk.*--device cpu"):
        anatomy(model)


def test_the_digest_follows_the_files(tiny_folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_folder, copy)
    assert digest_of(copy) == digest_of(tiny_folder)
    (copy / "unleak-certificate.json").write_text("{}")
    assert digest_of(copy) == digest_of(tiny_folder)
    config = (copy / "config.json").read_text()
    (copy / "config.json").write_text(config + " ")
    assert digest_of(copy) != digest_of(tiny_folder)


def test_a_model_spread_over_what_there_is_reads_the_same(demo, planted_cases):
    some = planted_cases[:10]
    spread = load("demo", device="map")
    assert [r.verbatim for r in LocalProber(spread).read(some)] == [
        r.verbatim for r in LocalProber(demo).read(some)
    ]


@pytest.mark.parametrize("device", ["gpu", "cuda:99"])
def test_a_device_that_is_not_here(device):
    with pytest.raises(ModelError, match=device):
        load("demo", device=device)
