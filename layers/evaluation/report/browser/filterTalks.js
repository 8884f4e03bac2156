/** Which conversations a filter leaves, over the columns of the index. */

/** Rows in the order asked for. @param {import("./types.ts").TalkIndex} index @param {Record<string, string>} filter @returns {Uint32Array} */
export const filterTalks = (index, filter) => {
  const { columns, groups, personas, endings, failures, prompts, openings, tags, count } = index
  const wanted = groups.map((group) =>
    ["kind", "assistant", "simulator", "iteration"].every(
      (field) => filter[field] === undefined || String(/** @type {any} */ (group)[field]) === filter[field],
    ),
  )
  const ending = filter["ending"] === undefined ? undefined : endings.indexOf(filter["ending"])
  const failure = filter["failure"]
  const failed = failures.map((words) => failure === undefined || failure === "any" || words === failure)
  const persona = filter["persona"]
  const inPersona = groups.map((group) => personas.map((name) => group.persona === persona || name === persona))
  const { category, tag } = filter
  const inTags = tags.map(
    ([primary, ...categories]) =>
      (tag === undefined || primary === tag) && (category === undefined || categories.includes(category)),
  )
  const [least, most] = [numberOf(filter["least"]), numberOf(filter["most"])]
  const verdict = filter["verdict"]
  const words = filter["words"]?.toLowerCase()
  const has = (/** @type {string} */ text) => words === undefined || text.toLowerCase().includes(words)
  const inOpening = openings.map(has)
  const inPrompt = prompts.map(has)
  const rows = new Uint32Array(count)
  let found = 0
  for (let row = 0; row < count; row += 1) {
    const group = columns.group[row] ?? 0
    if (!wanted[group]) continue
    if (ending !== undefined && columns.ending[row] !== ending) continue
    const failing = columns.failure[row] ?? -1
    if (failure !== undefined && !(failing >= 0 && failed[failing])) continue
    if (persona !== undefined && !inPersona[group]?.[columns.persona[row] ?? -1]) continue
    if ((tag !== undefined || category !== undefined) && !inTags[columns.tags?.[row] ?? -1]) continue
    const reward = columns.reward[row] ?? null
    if (verdict === "missing" ? reward !== null : verdict === "given" && reward === null) continue
    if (least !== undefined && (reward === null || reward < least)) continue
    if (most !== undefined && (reward === null || reward > most)) continue
    if (!inOpening[columns.opening[row] ?? 0] && !inPrompt[columns.prompt[row] ?? 0]) continue
    rows[found] = row
    found += 1
  }
  const left = rows.subarray(0, found)
  const by = filter["sort"]
  if (by === undefined) return left
  const sign = by === "lowest" ? 1 : -1
  const reward = (/** @type {number} */ row) => columns.reward[row] ?? null
  // Those without a verdict last; equal ones in their order.
  return left.sort((a, b) => {
    const [one, other] = [reward(a), reward(b)]
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a - b
    return sign * (one - other) || a - b
  })
}

/**
 * Mean reward of those with a verdict. Satisfaction of tasks is no reward: it is the mean where all are tasks, and else
 * in none.
 * @param {import("./types.ts").TalkIndex} index @param {Uint32Array} rows
 */
export const summary = ({ columns, groups }, rows) => {
  const isTask = (/** @type {number} */ row) => groups[columns.group[row] ?? 0]?.kind === "task"
  const all = rows.every(isTask)
  let [sum, judged, missing] = [0, 0, 0]
  for (const row of rows) {
    if (!all && isTask(row)) continue
    const reward = columns.reward[row] ?? null
    if (reward === null) {
      missing += 1
      continue
    }
    sum += reward
    judged += 1
  }
  return { judged, missing, of: all ? "satisfaction" : "reward", mean: judged === 0 ? null : sum / judged }
}

/** @param {string | undefined} text */
const numberOf = (text) => (text === undefined || text === "" || Number.isNaN(Number(text)) ? undefined : Number(text))
