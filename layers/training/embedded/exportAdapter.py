"""A packed training state as an adapter in PEFT's format: exportAdapter.py ARCHIVE OUT_FOLDER

The same tensors, names and shapes as SkyRL's own sampler checkpoints: `base_model.model.PATH.lora_{A,B}.weight`, A of
(rank, in) and B of (out, rank), a layer each. Says on the last line of stderr what it can't export.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import ml_dtypes  # noqa: F401  safetensors writes bfloat16 by it
import numpy
from safetensors.numpy import save_file

from checkpoints import extract

STACKED = "_stacked"


def main() -> int:
    archive, out = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        state = Path(folder) / "state"
        try:
            described = extract(archive.read_bytes(), state)
        except Exception as error:  # whatever the bytes are
            return refuse(f"it is no packed training state: {error}")
        lora = described["lora_config"]
        if lora.get("train_unembed"):
            return refuse("it trains the embeddings too, which servers don't take from an adapter")
        tensors = named(restored(state / "state")["lora_weights"], lora)
    if not tensors:
        return refuse("it holds no LoRA weights")
    odd = [name for name, value in tensors.items() if value.ndim != 2]
    if odd:
        return refuse(f"its weights are not those of plain linear layers, such as {odd[0]}")
    out.mkdir(parents=True)
    save_file(tensors, out / "adapter_model.safetensors", metadata={"format": "pt"})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": described["base_model"],
        "r": lora["rank"],
        "lora_alpha": lora["alpha"],
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted({name.split(".")[-3] for name in tensors}),
    }
    (out / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True))
    return 0


def restored(folder: Path) -> dict:
    from flax.training import checkpoints

    return checkpoints.restore_checkpoint(ckpt_dir=folder, target=None, prefix="checkpoint_")


def named(weights: dict, lora: dict) -> dict[str, numpy.ndarray]:
    found: dict[str, numpy.ndarray] = {}
    for path, value in leaves(weights):
        if path[-1] == "value":
            path = path[:-1]
        if path[-1] not in ("lora_A", "lora_B") or not trained(path, lora):
            continue
        layers = enumerate(value) if STACKED in path else [(None, value)]
        for index, one in layers:
            parts = [str(index) if part == STACKED else part for part in path]
            found[".".join(["base_model.model", *parts, "weight"])] = numpy.ascontiguousarray(one.T)
    return found


def trained(path: tuple[str, ...], lora: dict) -> bool:
    if "self_attn" in path:
        return bool(lora.get("train_attn", True))
    if "mlp" in path:
        return bool(lora.get("train_mlp", True))
    return not ("embed_tokens" in path or "lm_head" in path)


def leaves(tree, path: tuple[str, ...] = ()):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, numpy.asarray(tree)


def refuse(why: str) -> int:
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
