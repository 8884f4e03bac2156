/** `vader-sentiment` ships no types of its own. */
declare module "vader-sentiment" {
  /** Shares of a text that are negative, neutral and positive: their sum is 1, and all are 0 for a text without a word. */
  export interface Polarity {
    readonly neg: number
    readonly neu: number
    readonly pos: number
    readonly compound: number
  }
  const vader: { readonly SentimentIntensityAnalyzer: { readonly polarity_scores: (text: string) => Polarity } }
  export default vader
}
