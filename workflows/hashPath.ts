/** What a file, or a folder of files, is known by in steps: a hash of its content. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { filesBelow } from "../layers/generation/corpus/corpusFiles.ts"

/**
 * SHA-256 of a file; of a folder, of the names and hashes of those files below it that `isRead` knows by name and that
 * don't begin with a dot. Fails with the system's error.
 */
export const hashPath = async (
  path: string,
  signal: AbortSignal,
  isRead: (name: string) => boolean = () => true,
): Promise<string> => {
  const names = await filesBelow(path, isRead)
  if (names === undefined) return hashFile(path, signal)
  const hash = createHash("sha256")
  for (const name of names) hash.update(`${name}\0${await hashFile(join(path, name), signal)}\n`)
  return hash.digest("hex")
}

const hashFile = async (path: string, signal: AbortSignal) => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal })
  return hash.digest("hex")
}
