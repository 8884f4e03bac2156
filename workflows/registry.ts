/** The stages of this package: what their versions stand for is kept here, so their bodies need no hash. */
import { Source } from "../src/index.ts"
import type { AnyStage } from "../src/durable/Stage.ts"
import { Adherence } from "./stages/Adherence.ts"
import { AssistantAt } from "./stages/AssistantAt.ts"
import { Corpus } from "./stages/Corpus.ts"
import { Evaluate } from "./stages/Evaluate.ts"
import { Fidelity } from "./stages/Fidelity.ts"
import { FineTuned } from "./stages/FineTuned.ts"
import { InitialAssistant } from "./stages/InitialAssistant.ts"
import { Intents } from "./stages/Intents.ts"
import { Replay } from "./stages/Replay.ts"
import { Report } from "./stages/Report.ts"
import { RolePlay } from "./stages/RolePlay.ts"
import { ServedSimulator } from "./stages/ServedSimulator.ts"
import { Simulate } from "./stages/Simulate.ts"
import { SimulatorReport } from "./stages/SimulatorReport.ts"
import { SimulatorReview } from "./stages/SimulatorReview.ts"
import { Split } from "./stages/Split.ts"
import { TrainAssistant } from "./stages/TrainAssistant.ts"
import { WildBenchAnswers } from "./stages/WildBenchAnswers.ts"
import { WildBenchPairs } from "./stages/WildBenchPairs.ts"
import { WildBenchScores } from "./stages/WildBenchScores.ts"
import { WildBenchTasks } from "./stages/WildBenchTasks.ts"
import { WildBenchVerdicts } from "./stages/WildBenchVerdicts.ts"

export const packageStages: ReadonlySet<AnyStage> = new Set<AnyStage>([
  Adherence,
  AssistantAt,
  Corpus,
  Evaluate,
  Fidelity,
  FineTuned,
  InitialAssistant,
  Intents,
  Replay,
  Report,
  RolePlay,
  ServedSimulator,
  Simulate,
  SimulatorReport,
  SimulatorReview,
  Split,
  TrainAssistant,
  WildBenchAnswers,
  WildBenchPairs,
  WildBenchScores,
  WildBenchTasks,
  WildBenchVerdicts,
])

/** Null for the package's own stages; a user's own stage is known by the text of its body (contract 6). */
export const sourceOf = Source.sourceUnless(packageStages)
