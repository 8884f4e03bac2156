/** Whether the home's disk has room left. */
import { Effect, Schema } from "effect"
import { statfsSync } from "node:fs"

/** Databases and artifacts can't be kept any more. What was kept before is untouched. */
export class HomeFull extends Schema.TaggedError<HomeFull>()("HomeFull", {
  home: Schema.String,
  bytes: Schema.Number,
}) {
  override get message() {
    return `The disk of ${this.home} is full: ${Math.floor(this.bytes / 1024)} KB are left. Free some space and run the same command again: it goes on from what was kept.`
  }
}

/** Databases write their logs in pieces: with less than this, something is about to fail. */
export const leastBytes = 1024 * 1024

/**
 * Fails as soon as less than `leastBytes` is free, and never succeeds. On a full disk nobody may be able to write down
 * that a step failed, so that waiting for its outcome would have no end.
 */
export const whileRoom = Effect.fn("Room.whileRoom")(function* (home: string) {
  return yield* Effect.suspend(() => {
    const bytes = freeBytes(home)
    return bytes < leastBytes ? HomeFull.make({ home, bytes }) : Effect.void
  }).pipe(Effect.zipLeft(Effect.sleep("1 second")), Effect.forever)
})

/** Of the disk that the folder is on; infinite where the system doesn't say. */
const freeBytes = (folder: string): number => {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder)
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
