/** Reference topics by name, which is the file name without `.json`. */
import { bootstrapTopic } from "./topics/bootstrap.ts"
import { clusteredSeTopic } from "./topics/clusteredSe.ts"
import { conversationHashTopic } from "./topics/conversationHash.ts"
import { fidelityTopic } from "./topics/fidelity.ts"
import { grpoDatumsTopic } from "./topics/grpoDatums.ts"
import { jsdTopic } from "./topics/jsd.ts"
import { kappaTopic } from "./topics/kappa.ts"
import { lengthPenaltyTopic } from "./topics/lengthPenalty.ts"
import { passHatKTopic } from "./topics/passHatK.ts"
import { pythonRandomTopic } from "./topics/pythonRandom.ts"
import { rankCorrelationTopic } from "./topics/rankCorrelation.ts"
import { sftFlipTopic } from "./topics/sftFlip.ts"
import { tokenizerTopic } from "./topics/tokenizer.ts"
import { userrlCreditTopic } from "./topics/userrlCredit.ts"
import { wildbenchMajorityTopic } from "./topics/wildbenchMajority.ts"
import { wildchatSplitTopic } from "./topics/wildchatSplit.ts"
import type { Topic } from "./Topic.ts"

/** The topic's check; `undefined` for a name it never heard of. */
export const topicNamed = (name: string): Topic | undefined => topics.get(name)

const topics = new Map<string, Topic>([
  ["bootstrap", bootstrapTopic],
  ["clustered-se", clusteredSeTopic],
  ["conversation-hash", conversationHashTopic],
  ["fidelity", fidelityTopic],
  ["grpo-datums", grpoDatumsTopic],
  ["jsd", jsdTopic],
  ["kappa", kappaTopic],
  ["length-penalty", lengthPenaltyTopic],
  ["pass-hat-k", passHatKTopic],
  ["python-random", pythonRandomTopic],
  ["rank-corr", rankCorrelationTopic],
  ["sft-flip", sftFlipTopic],
  ["tokenizer", tokenizerTopic],
  ["userrl-credit", userrlCreditTopic],
  ["wildbench-majority", wildbenchMajorityTopic],
  ["wildchat-split", wildchatSplitTopic],
])
