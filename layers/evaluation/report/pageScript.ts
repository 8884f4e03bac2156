/** The scripts of `browser/` as one, for a page that has no other file to load them from. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Each after those that it imports. */
const modules = [
  "dom",
  "route",
  "theme",
  "print",
  "sources",
  "transcripts",
  "filterTalks",
  "talkList",
  "judgmentView",
  "talkView",
  "talkBrowser",
  "live",
  "main",
]

/** Strict, in a scope of its own. */
export const pageScript = (): string => `(() => {\n"use strict"\n${modules.map(scoped).join("\n")}\n})()`

/** As a content security policy names a text: nothing else runs. */
export const policyHash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** A module as the value of its exports. The modules have imports and exports of names alone, at the left margin. */
const scoped = (name: string): string => {
  const source = readFileSync(fileURLToPath(new URL(`./browser/${name}.js`, import.meta.url)), "utf8")
  const exported = [...source.matchAll(/^export const (\w+)/gm)].map(([, one]) => one)
  const body = source
    .replace(/^import \{([^}]*)\} from "\.\/(\w+)\.js"$/gm, "const {$1} = $2Module")
    .replace(/^export const /gm, "const ")
  return `const ${name}Module = (() => {\n${body}\nreturn { ${exported.join(", ")} }\n})()`
}
