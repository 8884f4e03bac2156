/** A task and answers to it as judges are shown them. */
import type { Message } from "../../../src/domain/Conversation.ts"
import type { WildBenchTask } from "../../../src/domain/WildBench.ts"

/** The conversation before the query, and the query: the last message of the user. */
export const taskText = ({ messages }: Pick<WildBenchTask, "messages">): ReadonlyArray<string> => {
  const query = messages.at(-1)?.content ?? ""
  const before = messages.slice(0, -1)
  return [
    `# The conversation so far\n\n${before.length === 0 ? "None: the query opens the conversation." : spoken(before)}`,
    `# The user's query\n\n${query}`,
  ]
}

const spoken = (messages: ReadonlyArray<Message>) =>
  messages.map(({ role, content }) => `${role.toUpperCase()}: ${content}`).join("\n\n")

export const numbered = (checklist: ReadonlyArray<string>) => checklist.map((item, i) => `${i + 1}. ${item}`).join("\n")

/** What prompts are hashed with: one of each form that they can take. */
export const standIns: ReadonlyArray<Pick<WildBenchTask, "messages" | "checklist">> = [
  { messages: [{ role: "user", content: "{query}" }], checklist: ["{item}"] },
  {
    messages: [
      { role: "user", content: "{said}" },
      { role: "assistant", content: "{answered}" },
      { role: "user", content: "{query}" },
    ],
    checklist: ["{item}", "{another}"],
  },
]
