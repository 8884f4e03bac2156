/** `small.ts` with one input changed. */
import { small } from "./small.ts"

export default small({ iterations: 3 })
