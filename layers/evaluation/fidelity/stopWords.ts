/** English words that say nothing of what a text is about: articles, pronouns, prepositions, conjunctions, auxiliaries. */
export const stopWords: ReadonlySet<string> = new Set(
  [
    "a an the this that these those some any no not none each every either neither both all such",
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves",
    "he him his himself she her hers herself it its itself they them their theirs themselves",
    "who whom whose which what where when why how there here",
    "of in on at by for from to into onto out up down off over under with without within about above below after before",
    "between through during against among across around near until than as per via",
    "and or but nor so yet if because while although though unless whether since then else also too very just only even",
    "am is are was were be been being do does did doing done have has had having",
    "can could may might must shall should will would ought need",
    "i'm i've i'd i'll you're you've you'd you'll he's she's it's we're we've we'd we'll they're they've they'd they'll",
    "isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't cannot couldn't mustn't shouldn't won't wouldn't",
    "that's there's what's who's let's",
  ].flatMap((line) => line.split(" ")),
)
