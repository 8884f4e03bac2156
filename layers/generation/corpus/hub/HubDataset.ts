/** Files of a data set on the Hugging Face hub, at a commit. In a step's id it stands as what it says. */
import { Schema } from "effect"

const Repo = Schema.String.pipe(
  Schema.pattern(/^[\w.-]+\/[\w.-]+$/, { message: () => 'expected a data set\'s name, such as "allenai/WildChat-1M"' }),
)

/** A branch or tag moves, so it can't tell what was read. */
const Commit = Schema.String.pipe(
  Schema.pattern(/^[0-9a-f]{40}$/, {
    message: ({ actual }) =>
      `expected a commit (40 hex digits), got "${String(actual)}", which may mean other files tomorrow. The data set's page lists its commits under "Files and versions", "History".`,
  }),
)

export class HubDataset extends Schema.TaggedClass<HubDataset>("understudy/HubDataset")("HubDataset", {
  repo: Repo,
  revision: Commit,
  /** Only files below this folder. */
  path: Schema.String.pipe(Schema.optionalWith({ default: () => "" })),
}) {}
