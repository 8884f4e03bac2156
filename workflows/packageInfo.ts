/** What the package says of itself; the same from the sources and from dist, where it refers to itself by name. */
import { createRequire } from "node:module"
import { dirname } from "node:path"

const require = createRequire(import.meta.url)

export const packageFolder: string = dirname(require.resolve("understudy/package.json"))

export const { version: packageVersion } = require("understudy/package.json") as { readonly version: string }
