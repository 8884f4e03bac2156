/** The page of a report on simulators in a real Chromium: every number leads to what it was counted from. */
import { Effect, Exit, Scope } from "effect"
import { pathToFileURL } from "node:url"
import { chromium } from "playwright-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { chromiumArguments, findChromium } from "../../workflows/bench/findChromium.ts"
import { judgedStudy } from "../workflows/simulators/judgedStudy.ts"
import { simulatorWorld } from "../workflows/simulators/simulatorWorld.ts"

const executablePath = findChromium()
const timeout = 240_000

describe.skipIf(executablePath === undefined)("a report on simulators in Chromium", () => {
  const scope = Effect.runSync(Scope.make())
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const written = Effect.gen(function* () {
      const world = yield* simulatorWorld
      return (yield* world.run(judgedStudy(world.corpus))).report.files
    })
    const files = await Effect.runPromise(Scope.extend(written, scope))
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: chromiumArguments, timeout: 90_000 })
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    page.setDefaultTimeout(90_000)
    await page.goto(pathToFileURL(files.find((file) => file.endsWith("report.html")) ?? "").href)
  }, timeout)
  afterAll(async () => {
    await browser?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, timeout)

  /** Two clicks from a number of a section to the conversations under it. */
  const follow = async (section: string, column: string) => {
    await page.goto(page.url().replace(/#.*|$/, "#report"))
    const table = page.locator(`#${section} table`).first()
    const at = (await table.locator("thead th").allInnerTexts()).findIndex((name) => name.trim() === column)
    await table.locator("tr", { hasText: "RPUser" }).locator("th, td").nth(at).locator("button.n").click()
    const dialog = page.locator("dialog")
    const told = await dialog.innerText()
    await dialog.getByText("Read the conversations").click()
    await page.locator(".talk-view").waitFor()
    return { told, found: await page.locator(".found").innerText(), talk: await page.locator(".talk-view").innerText() }
  }

  it("leads to replayed turns, probes and reviews in two clicks", { timeout }, async () => {
    const replay = await follow("replay", "F1")
    assert.match(replay.told, /Replay\/v\d+-[0-9a-f]{16}/)
    assert.notInclude(replay.told, "Fidelity/")
    assert.match(replay.found, /^9 of 38 conversations$/)
    assert.match(replay.talk, /real user\s+How long is river [^]*simulated user/)

    const role = await follow("adherence", "role kept (%)")
    assert.match(role.told, /understudy show Adherence\/v\d+-[0-9a-f]{16} --transcript/)
    assert.match(role.found, /^5 of 38 conversations$/)
    assert.match(role.talk, /please solve this for me[^]*(judge\s+so|The user left with)/)
    assert.include((await follow("adherence", "intent kept (%)")).talk, "intent probe")

    const review = await follow("review", "reviewed")
    assert.match(review.told, /SimulatorReview\/v\d+/)
    assert.match(review.found, /^4 of 38 conversations$/)
    assert.match(review.talk, /user turn 1, repetition, minor again|the judge found no error/)
  })
})
