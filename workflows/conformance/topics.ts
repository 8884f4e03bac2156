/** Reference topics by name, which is the file name without `.json`. */
import { conversationHashTopic } from "./topics/conversationHash.ts"
import { grpoDatumsTopic } from "./topics/grpoDatums.ts"
import { pythonRandomTopic } from "./topics/pythonRandom.ts"
import { sftFlipTopic } from "./topics/sftFlip.ts"
import { tokenizerTopic } from "./topics/tokenizer.ts"
import { wildchatSplitTopic } from "./topics/wildchatSplit.ts"
import type { Topic } from "./Topic.ts"

/** The topic's check; `later` where the product has no such function yet; `undefined` for a name it never heard of. */
export const topicNamed = (name: string): Topic | "later" | undefined =>
  supported.get(name) ?? (later.has(name) ? "later" : undefined)

const supported = new Map<string, Topic>([
  ["conversation-hash", conversationHashTopic],
  ["grpo-datums", grpoDatumsTopic],
  ["python-random", pythonRandomTopic],
  ["sft-flip", sftFlipTopic],
  ["tokenizer", tokenizerTopic],
  ["wildchat-split", wildchatSplitTopic],
])

const later = new Set([
  "bootstrap",
  "clustered-se",
  "fidelity",
  "jsd",
  "kappa",
  "length-penalty",
  "pass-hat-k",
  "rank-corr",
  "userrl-credit",
  "wildbench-majority",
])
