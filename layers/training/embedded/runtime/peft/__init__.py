"""Stands in for peft, of which SkyRL's JAX backend uses one class: the description beside a saved adapter."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class LoraConfig:
    base_model_name_or_path: str
    r: int
    lora_alpha: float

    def save_pretrained(self, folder):
        described = {"peft_type": "LORA", "task_type": None, **asdict(self)}
        (Path(folder) / "adapter_config.json").write_text(json.dumps(described, indent=2, sort_keys=True))
