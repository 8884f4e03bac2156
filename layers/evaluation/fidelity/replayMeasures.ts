/** Every measure of a replay. Records are taken one by one and their texts not kept: counts are all that is held. */
import { Effect } from "effect"
import type { ReplayResult } from "../../../src/domain/Replay.ts"
import type { Embedder, NoEmbeddings } from "../realism/Embedder.ts"
import { distancesBesideFloor } from "../realism/humanFloor.ts"
import type { Language } from "../realism/Language.ts"
import { meanMeasures, sessionMeasures } from "../realism/pairedMeasures.ts"
import type { PairedMeasures } from "../realism/pairedMeasures.ts"
import { merged, poolOf } from "../realism/Pool.ts"
import type { Pool } from "../realism/Pool.ts"
import { profileOf } from "../realism/profile.ts"
import type { Profile } from "../realism/profile.ts"
import { answersOf, terminations } from "../realism/terminations.ts"
import type { Answers } from "../realism/terminations.ts"
import { blocks, blockSimilarities, countFeatures, featuresOf } from "../realism/userFeatures.ts"
import type { BlockName, Counted } from "../realism/userFeatures.ts"
import type { ReplayedPlace, ReplayRow } from "./rows.ts"

/** What one conversation adds. */
export interface Measured {
  readonly user: string
  readonly answers: Answers
  readonly paired: PairedMeasures
  readonly pools: Both<Pool>
  readonly counted: Both<Counted>
}

interface Both<A> {
  readonly human: A
  readonly simulated: A
}

/**
 * Surface measures are of the places after the opening, where both sides spoke; features are of whole conversations, the
 * opening among them where the simulator wrote one, and real users are read at the places where it gave an answer.
 */
export const measureRow = (
  row: ReplayRow,
  language: Language,
  embedder?: Embedder,
): Effect.Effect<Measured, NoEmbeddings> =>
  Effect.gen(function* () {
    const { user, places } = row
    const later = places.filter(({ position }) => position > 1)
    const spoken = later.filter(({ human, simulated }) => human !== null && simulated !== null)
    const texts = spoken.flatMap(({ human, simulated }) => [human ?? "", simulated ?? ""])
    const vectors = embedder === undefined ? [] : yield* embedder.embed(texts)
    const profiles = texts.map((text, i) => profileOf(text, language, vectors[i]))
    const turns = spoken.map((_, i) => ({ human: profiles[2 * i], simulated: profiles[2 * i + 1] }))
    const opened = places.some(({ position, simulated }) => position === 1 && simulated !== null)
    const counted = {
      human: countFeatures(said(places, "human", opened), opened),
      simulated: countFeatures(said(places, "simulated", opened), opened),
    }
    const pool = (side: "human" | "simulated") =>
      poolOf(
        turns.flatMap((turn): ReadonlyArray<Profile> => (turn[side] === undefined ? [] : [turn[side]])),
        [counted[side]],
      )
    return {
      user,
      answers: answersOf(row),
      paired: sessionMeasures(turns),
      pools: { human: pool("human"), simulated: pool("simulated") },
      counted,
    }
  })

type Measures = Pick<ReplayResult, "users" | "termination" | "paired" | "features" | "similarities" | "distances">

export const replayMeasures = (all: ReadonlyArray<Measured>, seed: number): Measures => {
  const users = new Map<string, Array<Both<Pool>>>()
  for (const { user, pools } of all) {
    const own = users.get(user)
    if (own === undefined) users.set(user, [pools])
    else own.push(pools)
  }
  const human = featuresOf(all.map(({ counted }) => counted.human))
  const simulated = featuresOf(all.map(({ counted }) => counted.simulated))
  const similarities = blockSimilarities(human, simulated)
  const names = Object.keys(blocks) as Array<BlockName>
  return {
    users: users.size,
    termination: terminations(all.map(({ answers }) => answers)),
    paired: meanMeasures(all.map(({ paired }) => paired)),
    features: names.flatMap((block) =>
      blocks[block].map((feature) => ({ feature, block, human: human[feature], simulated: simulated[feature] })),
    ),
    similarities: names.map((block) => ({ block, similarity: similarities[block] })),
    distances: distancesBesideFloor(
      [...users.values()].map((own) => ({
        human: merged(own.map((pools) => pools.human)),
        simulated: merged(own.map((pools) => pools.simulated)),
      })),
      { seed },
    ),
  }
}

/** Where it left, the simulated user said nothing; the real one is read wherever the simulated one was heard. */
const said = (
  places: ReadonlyArray<ReplayedPlace>,
  side: "human" | "simulated",
  opened: boolean,
): ReadonlyArray<string> =>
  places.flatMap(({ position, ended, [side]: text }) =>
    ended === null || text === null || (position === 1 && !opened) ? [] : [text],
  )
