/** Whether this machine can run the package: Node, packages, SQLite, the embedded trainer. */
import { NodeContext } from "@effect/platform-node"
import { Reactivity } from "@effect/experimental"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Either } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { findInstall } from "../../layers/training/embedded/EmbeddedInstall.ts"
import { packageFolder } from "../packageInfo.ts"
import { broken, checking, ok, warning } from "./Check.ts"

export const machineChecks = [
  checking("node", Effect.sync(node)),
  checking("packages", Effect.sync(packages)),
  checking(
    "sqlite",
    Effect.suspend(() => sqlite),
  ),
]

/** `needed`: the config trains on it. */
export const trainerCheck = (needed: boolean) =>
  checking(
    "trainer",
    Effect.map(Effect.either(findInstall()), (found) =>
      Either.match(found, {
        onRight: ({ model, python }) => ok("trainer", `the embedded trainer with ${model.name}, ${python}`),
        onLeft: ({ message }) => (needed ? broken : ok)("trainer", needed ? message : "not installed, and not needed"),
      }),
    ).pipe(Effect.provide(NodeContext.layer)),
  )

function node() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  return major > 20 || (major === 20 && minor >= 11)
    ? ok("node", `${process.versions.node} on ${process.platform} ${process.arch}`)
    : broken("node", `${process.versions.node} is too old: install 20.11 or newer`)
}

/** The versions belong together: the engine's packages check nothing of this themselves. */
function packages() {
  const read = (file: string) =>
    JSON.parse(readFileSync(file, "utf8")) as {
      readonly version: string
      readonly dependencies: Readonly<Record<string, string>>
    }
  const wanted = Object.entries(read(join(packageFolder, "package.json")).dependencies)
  const wrong = wanted.flatMap(([name, version]) => {
    const file = ancestors(packageFolder)
      .map((folder) => join(folder, "node_modules", name, "package.json"))
      .find((one) => existsSync(one))
    const found = file === undefined ? "missing" : read(file).version
    return found === version ? [] : [`${name} is ${found} instead of ${version}`]
  })
  return wrong.length === 0
    ? ok("packages", `${wanted.length} as locked`)
    : warning("packages", `${wrong.join(", ")}. Install the locked versions with npm install.`)
}

const sqlite = Effect.gen(function* () {
  const sql = yield* SqliteClient.make({ filename: ":memory:" })
  const [row] = yield* sql.unsafe<{ readonly version: string }>("SELECT sqlite_version() AS version")
  return ok("sqlite", row?.version ?? "")
}).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

const ancestors = (folder: string): ReadonlyArray<string> =>
  dirname(folder) === folder ? [folder] : [folder, ...ancestors(dirname(folder))]
