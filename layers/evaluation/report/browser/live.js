/** On a served page: how the run goes, and the page anew when there is more to show. What is filtered by is in the address. */
import { byId, facts } from "./dom.js"

const everyMillis = 2000

export const startLive = () => {
  const { version } = facts.live ?? {}
  if (version === undefined) return
  const status = byId("live")
  const look = async () => {
    try {
      const answer = await fetch("version", { cache: "no-store" })
      const now = await answer.json()
      if (now.version !== version) return location.reload()
      status.textContent = now.words
    } catch {
      status.textContent = "understudy view has ended: this is how it stood."
    }
    setTimeout(look, everyMillis)
  }
  look()
}
