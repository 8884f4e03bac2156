/** What a file, or a folder of files, is known by in steps: a hash of its content. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"

/**
 * SHA-256 of a file; of a folder, of the names and hashes of all files below it that don't begin with a dot. Fails with
 * the system's error.
 */
export const hashPath = async (path: string, signal: AbortSignal): Promise<string> => {
  if (!(await stat(path)).isDirectory()) return hashFile(path, signal)
  const hash = createHash("sha256")
  for (const name of await filesBelow(path)) hash.update(`${name}\0${await hashFile(join(path, name), signal)}\n`)
  return hash.digest("hex")
}

const hashFile = async (path: string, signal: AbortSignal) => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal })
  return hash.digest("hex")
}

const filesBelow = async (folder: string, prefix = ""): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true })
  const visible = entries.filter(({ name }) => !name.startsWith("."))
  const names = await Promise.all(
    visible.map((entry) =>
      entry.isDirectory() ? filesBelow(folder, join(prefix, entry.name)) : [join(prefix, entry.name)],
    ),
  )
  return names.flat().sort()
}
