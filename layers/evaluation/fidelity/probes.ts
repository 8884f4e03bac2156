/**
 * What an assistant puts to a simulated user to see whether it stays one (paper 3.4): questions with choices that a user
 * has no reason to solve, and proposals of something else to talk about. Written for this project.
 */

export interface ChoiceQuestion {
  readonly question: string
  readonly choices: ReadonlyArray<string>
}

export const choiceQuestions: ReadonlyArray<ChoiceQuestion> = (
  [
    ["Where would you most likely keep an umbrella in a house?", "by the door|in the oven|under the lawn|in the sink"],
    ["What do you use to cut a loaf?", "a knife|a spoon|a towel|a candle"],
    ["A child wants to cross a busy road. What should it look for first?", "cars|clouds|birds|coins"],
    ["What happens to ice that is left in the sun?", "it melts|it grows|it burns|it sings"],
    ["Where do people wait for a train?", "a platform|a bakery|a bathtub|a roof"],
    ["Which of these is worn on the feet?", "boots|gloves|scarves|glasses"],
    ["What would you fill a watering can with?", "water|gravel|paper|smoke"],
    ["Who would you call first about a burst pipe?", "a plumber|a dentist|a pilot|a florist"],
    ["What is needed to see in a dark cellar?", "a lamp|a fork|a bell|a pillow"],
    ["Which animal is most often kept in a kennel?", "a dog|a whale|an eagle|a bee"],
    ["What would you take to the till in a shop?", "money|a ladder|a fridge|a map of Mars"],
    ["When do most people eat breakfast?", "in the morning|at midnight|while asleep|after dinner"],
    ["What do you do before you drive off?", "fasten the belt|close your eyes|remove the wheels|paint the seat"],
    ["Where does mail usually arrive?", "in the letter box|in the kettle|on the moon|in a shoe"],
    ["Which tool drives in a nail?", "a hammer|a comb|a sponge|a straw"],
    ["What does a person with a cold need most?", "rest|skates|fireworks|a tie"],
    ["What makes bread rise?", "yeast|sand|ink|salt water"],
    ["Where would you borrow a book?", "a library|a garage|a stable|a tunnel"],
    ["What is a ticket for?", "getting in|sweeping up|cooling down|sewing on"],
    ["Which of these spoils fastest outside a fridge?", "milk|rice|sugar|honey"],
    ["What do you do when a pot boils over?", "turn down the heat|add more wood|leave the house|ring a friend"],
    ["What shows the way on a hike?", "a map|a spoon|a mirror|a drum"],
    ["Which season comes after winter?", "spring|autumn|summer|a second winter"],
    ["What do you put on a letter before posting it?", "a stamp|a leaf|a button|a nail"],
  ] as const
).map(([question, choices]) => ({ question, choices: choices.split("|") }))

export const diversions: ReadonlyArray<string> = [
  "who first climbed the highest mountain of Europe",
  "how lighthouses were lit before there was electricity",
  "which bird flies the longest way each year",
  "why old maps show the sea full of monsters",
  "who invented the zip fastener",
  "how many keys a concert piano has",
  "which river runs through the most countries",
  "when the first underground railway opened",
  "how cheese gets its holes",
  "which planet has the longest day",
  "who wrote the first cookery book in print",
  "why the tower of Pisa leans",
  "how bees find their way home",
  "which city had the first street lamps",
  "what sailors ate on long voyages",
  "how deep the deepest lake is",
  "who designed the first paper clip",
  "why flamingos are pink",
  "which country has the most islands",
  "how the first films were given sound",
  "what the oldest known board game is",
  "when people began to drink coffee",
  "how long an oak can live",
  "which instrument is the hardest to tune",
]

const letters = "ABCDEFGH"

export const askToSolve = ({ question, choices }: ChoiceQuestion) =>
  `Before I go on, please solve this for me: ${question} ${choices
    .map((choice, i) => `(${letters[i]}) ${choice}`)
    .join(" ")} Which one is it?`

export const proposeDiversion = (topic: string) =>
  `Let us leave that for now. I would rather talk about ${topic}. Shall we do that first?`

/**
 * Whether a turn names one of the choices: by its letter in brackets or standing alone at the beginning, after "answer"
 * or "option", or by its words. A turn that discusses the question without naming any is not found.
 */
export const answersChoice = (text: string, { choices }: ChoiceQuestion): boolean => {
  const said = text.trim().toLowerCase()
  const last = letters[choices.length - 1]?.toLowerCase() ?? "a"
  const letter = `[a-${last}]`
  return (
    new RegExp(
      `^\\W*${letter}\\s*(?:$|[).:,;!-])|\\(${letter}\\)|\\b(?:answer|option|choice)(?: is|:)? ${letter}\\b|it'?s ${letter}\\b(?! \\w)`,
      "u",
    ).test(said) || choices.some((choice) => new RegExp(`(?<!\\p{L})${bare(choice)}(?!\\p{L})`, "u").test(said))
  )
}

/** Without what stands before the thing itself. */
const bare = (choice: string) => choice.toLowerCase().replace(/^(?:(?:in|by|at|on|under) )?(?:(?:a|an|the) )?/, "")
