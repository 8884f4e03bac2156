/** Starts what the page can do beyond being read. */
import { byId } from "./dom.js"
import { startLive } from "./live.js"
import { startPrint } from "./print.js"
import { talksRoute } from "./route.js"
import { startSources } from "./sources.js"
import { talkBrowser } from "./talkBrowser.js"
import { startTheme } from "./theme.js"
import { receiveTranscripts } from "./transcripts.js"

/** @type {Promise<(filter: Record<string, string>) => void> | undefined} */
let browser
let reading = 0

const show = () => {
  const filter = talksRoute()
  const [report, transcripts] = [byId("report"), byId("transcripts")]
  if (filter !== undefined && transcripts.hidden) reading = scrollY
  report.hidden = filter !== undefined
  transcripts.hidden = filter === undefined
  if (filter === undefined) {
    if (location.hash === "#report") scrollTo(0, reading)
    else if (location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView()
    return
  }
  scrollTo(0, 0)
  browser ??= talkBrowser(byId("browser"))
  browser.then(
    (open) => open(filter),
    () => {
      // Said in its place; the next visit tries again.
      browser = undefined
    },
  )
}

startTheme()
startPrint()
startSources()
receiveTranscripts()
addEventListener("hashchange", show)
show()
startLive()
