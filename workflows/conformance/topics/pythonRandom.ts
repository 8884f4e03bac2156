import { Schema } from "effect"
import { pythonRandom } from "../../../layers/generation/PythonRandom.ts"
import type { PythonRandom } from "../../../layers/generation/PythonRandom.ts"
import { difference, topic } from "../Topic.ts"

const Input = Schema.Struct({ seed: Schema.String, seed_type: Schema.Literal("int", "str") })

/** Draws of CPython's `random.Random`; every entry of `draws` begins with a fresh generator. */
export const pythonRandomTopic = topic(Input, ({ seed, seed_type }, expected) => {
  const fresh = () => pythonRandom(seed_type === "int" ? BigInt(seed) : seed)
  const actual = Object.fromEntries(Object.entries(draws).map(([name, draw]) => [name, draw(fresh())]))
  return difference(actual, expected)
})

const draws: Readonly<Record<string, (random: PythonRandom) => unknown>> = {
  getrandbits32: (random) => times(5, () => Number(random.getrandbits(32))),
  random: (random) => times(5, random.random),
  shuffle2: (random) => random.shuffle(range(2)),
  shuffle5: (random) => random.shuffle(range(5)),
  shuffle10: (random) => random.shuffle(range(10)),
  shuffle33: (random) => random.shuffle(range(33)),
  choice4: (random) => times(8, () => random.choice(["default", "impatient", "typo", "auxiliary"])),
  randrange: (random) => [
    random.randrange(0, 10),
    random.randrange(0, 1000),
    random.randrange(5, 9),
    random.randrange(0, 100, 7),
    random.randrange(0, 1),
  ],
  randint1_6: (random) => times(6, () => random.randint(1, 6)),
  sample10_4: (random) => random.sample(range(10), 4),
  sample1000_5: (random) => random.sample(range(1000), 5),
  uniform0_2: (random) => times(3, () => random.uniform(0, 2)),
  getrandbits5_then_64: (random) => [Number(random.getrandbits(5)), random.getrandbits(64).toString()],
  random_after_700: (random) => times(701, random.random).at(-1),
  mixed: (random) => {
    const letters = random.shuffle([..."abcdefg"])
    return [letters, random.choice(letters), random.random()]
  },
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)
const times = <A>(n: number, draw: () => A) => Array.from({ length: n }, () => draw())
