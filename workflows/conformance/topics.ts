/** Reference topics by name, which is the file name without `.json`. */
import { bootstrapTopic } from "./topics/bootstrap.ts"
import { clusteredSeTopic } from "./topics/clusteredSe.ts"
import { conversationHashTopic } from "./topics/conversationHash.ts"
import { grpoDatumsTopic } from "./topics/grpoDatums.ts"
import { jsdTopic } from "./topics/jsd.ts"
import { kappaTopic } from "./topics/kappa.ts"
import { lengthPenaltyTopic } from "./topics/lengthPenalty.ts"
import { passHatKTopic } from "./topics/passHatK.ts"
import { pythonRandomTopic } from "./topics/pythonRandom.ts"
import { rankCorrelationTopic } from "./topics/rankCorrelation.ts"
import { sftFlipTopic } from "./topics/sftFlip.ts"
import { tokenizerTopic } from "./topics/tokenizer.ts"
import { wildbenchMajorityTopic } from "./topics/wildbenchMajority.ts"
import { wildchatSplitTopic } from "./topics/wildchatSplit.ts"
import type { Topic } from "./Topic.ts"

/** The topic's check; `later` where the product has no such function yet; `undefined` for a name it never heard of. */
export const topicNamed = (name: string): Topic | "later" | undefined =>
  supported.get(name) ?? (later.has(name) ? "later" : undefined)

const supported = new Map<string, Topic>([
  ["bootstrap", bootstrapTopic],
  ["clustered-se", clusteredSeTopic],
  ["conversation-hash", conversationHashTopic],
  ["grpo-datums", grpoDatumsTopic],
  ["jsd", jsdTopic],
  ["kappa", kappaTopic],
  ["length-penalty", lengthPenaltyTopic],
  ["pass-hat-k", passHatKTopic],
  ["python-random", pythonRandomTopic],
  ["rank-corr", rankCorrelationTopic],
  ["sft-flip", sftFlipTopic],
  ["tokenizer", tokenizerTopic],
  ["wildbench-majority", wildbenchMajorityTopic],
  ["wildchat-split", wildchatSplitTopic],
])

const later = new Set(["fidelity", "userrl-credit"])
