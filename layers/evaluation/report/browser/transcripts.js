/** Index and shards of the transcripts: scripts beside the page, since a page opened from disk can't fetch. */

/** Shards kept; the one that was used longest ago goes first. */
const kept = 24

/** @type {import("./types.ts").TalkIndex | undefined} */
let index
/** @type {Map<number, ReadonlyArray<import("./types.ts").Talk>>} */
const shards = new Map()

export const receiveTranscripts = () => {
  window.understudyTranscripts = {
    index: (received) => {
      index = received
    },
    talks: (shard, talks) => {
      shards.set(shard, talks)
      const oldest = shards.keys().next().value
      if (shards.size > kept && oldest !== undefined) shards.delete(oldest)
    },
  }
}

/** @returns {Promise<import("./types.ts").TalkIndex>} */
export const loadIndex = async () => {
  if (index === undefined) await loadScript("index")
  if (index === undefined) throw new Error("transcripts/index.js is of another version")
  return index
}

/** @param {import("./types.ts").TalkIndex} index @param {number} row @returns {Promise<import("./types.ts").Talk>} */
export const loadTalk = async ({ starts }, row) => {
  const shard = shardOf(starts, row)
  if (!shards.has(shard)) await loadScript(`talks-${String(shard).padStart(4, "0")}`)
  const talks = shards.get(shard)
  const talk = talks?.[row - (starts[shard] ?? 0)]
  if (talks === undefined || talk === undefined) throw new Error(`the conversation is not in its file (${shard})`)
  shards.delete(shard)
  shards.set(shard, talks)
  return talk
}

/** The last one that starts at or before the row. @param {ReadonlyArray<number>} starts @param {number} row */
const shardOf = (starts, row) => {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= row) low = middle
    else high = middle - 1
  }
  return low
}

/** @type {Map<string, Promise<void>>} */
const loading = new Map()

/** @param {string} name @returns {Promise<void>} */
const loadScript = (name) => {
  const under = loading.get(name)
  if (under !== undefined) return under
  const file = `transcripts/${name}.js`
  const loaded = new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = file
    script.addEventListener("load", () => resolve(undefined))
    script.addEventListener("error", () => reject(new Error(`${file} can't be loaded`)))
    document.head.append(script)
  })
  const done = loaded.finally(() => {
    loading.delete(name)
    document.head.querySelector(`script[src="${file}"]`)?.remove()
  })
  loading.set(name, done)
  return done
}
