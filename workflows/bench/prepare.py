"""Prepares WildChat-shaped logs the obvious way: what `npm run bench -- prepare` measures ours against.

    python3 prepare.py LOGS.jsonl FOLDER

Drops repeated conversations and other languages, then conversations whose first turn has a frequent 7-gram, and splits
the rest by user, as the preset "rel" does. Writes train, validation and test as JSONL, and prints how long that took and
its peak memory in bytes, as JSON. Python's standard library only.
"""

import json
import random
import re
import sys
import time
from collections import Counter, defaultdict


def ngrams(text, size=7):
    words = text.lower().split()
    return [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]


def main(logs, folder):
    began = time.perf_counter()
    seen = set()
    rows = []
    with open(logs, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["conversation_hash"] in seen:
                continue
            seen.add(row["conversation_hash"])
            if row["language"].lower() != "english":
                continue
            # Only what is needed is kept.
            rows.append(
                {
                    "id": row["conversation_hash"],
                    "user": row["hashed_ip"],
                    "country": row["country"],
                    "language": row["language"],
                    "messages": [{"role": turn["role"], "content": turn["content"]} for turn in row["conversation"]],
                }
            )

    counts = Counter()
    for row in rows:
        counts.update(ngrams(row["messages"][0]["content"]))
    rows = [row for row in rows if all(counts[ngram] <= 100 for ngram in ngrams(row["messages"][0]["content"]))]

    by_user = defaultdict(list)
    for row in rows:
        by_user[row["user"]].append(row)
    users = sorted(by_user)
    random.Random(42).shuffle(users)
    train = int(0.89 * len(users))
    validation = train + int(0.05 * len(users))
    parts = {"train": users[:train], "validation": users[train:validation], "test": users[validation:]}
    for name, members in parts.items():
        with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as out:
            for user in members:
                for row in by_user[user]:
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")

    with open("/proc/self/status") as status:
        peak = int(re.search(r"VmHWM:\s*(\d+) kB", status.read()).group(1)) * 1024
    print(json.dumps({"seconds": time.perf_counter() - began, "bytes": peak}))


main(*sys.argv[1:])
