"""GRPO by tinker-cookbook with the settings of cookbookBench.ts, against a server that is up.

Usage: cookbook.py URL MODEL FOLDER TOKENIZER SETTINGS
SETTINGS is JSON: openings, system, prompts, rollouts, max_tokens, learning_rate, rank, kl. Prints the seconds of the
second iteration as one line of JSON: from its first sample to the weights that the third would sample from.
"""

import asyncio
import json
import os
import sys
import time

import chz
import tinker
from tinker_cookbook.rl import train
from tinker_cookbook.rl.types import Env, EnvGroupBuilder, RLDataset, RLDatasetBuilder, StepResult
from tinker_cookbook.tokenizer_utils import register_tokenizer
from transformers import PreTrainedTokenizerFast

url, model, folder, tokenizer_folder, settings_json = sys.argv[1:]
settings = json.loads(settings_json)
tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(tokenizer_folder, "tokenizer.json"))
register_tokenizer(model, lambda: tokenizer)
END = tokenizer.convert_tokens_to_ids("<|im_end|>")
began = []


compute_logprobs = tinker.SamplingClient.compute_logprobs_async


async def padded_logprobs(client, prompt, *args, **kwargs):
    """SkyRL leaves out the first token, which has none."""
    values = await compute_logprobs(client, prompt, *args, **kwargs)
    return [None] * (prompt.length - len(values)) + list(values)


tinker.SamplingClient.compute_logprobs_async = padded_logprobs


def prompt_of(opening):
    text = (
        f"<|im_start|>system\n{settings['system']}<|im_end|>\n"
        f"<|im_start|>user\n{opening}<|im_end|>\n<|im_start|>assistant\n"
    )
    return tinker.ModelInput.from_ints(tokenizer.encode(text, add_special_tokens=False))


class OneReply(Env):
    def __init__(self, opening):
        self.opening = opening

    async def initial_observation(self):
        return prompt_of(self.opening), [END]

    async def step(self, action, *, extra=None):
        words = tokenizer.decode(action).split()
        checks = [words and words[-1][-1] in ".!?>", 4 <= len(words) <= 24, len(set(words)) == len(words)]
        return StepResult(
            reward=sum(map(bool, checks)) / 3 - len(words) / 1000,
            episode_done=True,
            next_observation=tinker.ModelInput.empty(),
            next_stop_condition=[END],
        )


class Group(EnvGroupBuilder):
    def __init__(self, opening):
        self.opening = opening

    async def make_envs(self):
        return [OneReply(self.opening) for _ in range(settings["rollouts"])]


class Openings(RLDataset):
    def get_batch(self, index):
        began.append(time.monotonic())
        if index == 2:
            print(json.dumps({"seconds": began[2] - began[1]}), flush=True)
            os._exit(0)
        at = index * settings["prompts"]
        return [Group(opening) for opening in settings["openings"][at : at + settings["prompts"]]]

    def __len__(self):
        return 3


@chz.chz
class Builder(RLDatasetBuilder):
    async def __call__(self):
        return Openings(), None


asyncio.run(
    train.main(
        train.Config(
            base_url=url,
            model_name=model,
            recipe_name="bench",
            log_path=folder,
            dataset_builder=Builder(),
            learning_rate=settings["learning_rate"],
            lora_rank=settings["rank"],
            max_tokens=settings["max_tokens"],
            kl_penalty_coef=settings["kl"],
            kl_reference_config=train.KLReferenceConfig(base_model=model),
            save_every=1,
            eval_every=0,
            ttl_seconds=None,
        )
    )
)
