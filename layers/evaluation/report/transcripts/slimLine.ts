/**
 * A line of a transcripts artifact without what only programs read: tokens become their number, log-probabilities and
 * the list of all calls go (each turn has its own). On text, since most of a line is numbers that nobody has to parse:
 * within a JSON string every quote is escaped, so `"tokens":[` can't be something that a model wrote.
 */
export const slimLine = (line: string): string =>
  line
    .replace(/,"logprobs":\[[^\]]*\]/g, "")
    .replace(/"tokens":\[([^\]]*)\]/g, counted)
    .replace(allCalls, "}")

const counted = (_: string, numbers: string) => `"tokens":${numbers === "" ? 0 : numbers.split(",").length}`

/** At the end of the line: those of the parts of a reward stay. */
const allCalls = /,"calls":\[[^\]]*\]\}$/
