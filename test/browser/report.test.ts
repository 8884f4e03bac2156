/** The page of a report in a real Chromium, opened from disk as readers do. */
import { Effect, Exit, Scope } from "effect"
import { cpSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { chromium } from "playwright-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { chromiumArguments, findChromium } from "../../workflows/bench/findChromium.ts"
import { attack, attackedReport } from "./attackedReport.ts"

const executablePath = findChromium()
if (executablePath === undefined) {
  console.warn("No Chromium: the page is not tested in a browser. Put one on PATH, or name it with CHROMIUM.")
}

const timeout = 180_000

describe.skipIf(executablePath === undefined)("a report in Chromium", () => {
  const scope = Effect.runSync(Scope.make())
  let folder: string
  let browser: Browser
  const complaints: Array<string> = []

  /** A page of its own that writes down whatever it complains of or asks for outside the folder. */
  const opened = async (hash = "", file = join(folder, "report.html")): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    page.setDefaultTimeout(90_000)
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
    })
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("request", (request) => {
      if (!request.url().startsWith(pathToFileURL(folder).href)) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(`${pathToFileURL(file).href}${hash}`)
    return page
  }
  /** Nothing ran that somebody wrote, and nothing was complained of. */
  const clean = async (page: Page) => {
    assert.isUndefined(await page.evaluate("window.hacked"))
    await page.close()
    assert.deepStrictEqual(complaints.splice(0), [])
  }

  beforeAll(async () => {
    folder = await Effect.runPromise(Scope.extend(attackedReport, scope))
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: chromiumArguments, timeout: 90_000 })
  }, timeout)
  afterAll(async () => {
    await browser?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, timeout)

  it("draws its plots, and shows what was written as it was written", { timeout }, async () => {
    const page = await opened()
    const figures = await page.locator("figure").all()
    assert.strictEqual(figures.length, 5)
    for (const figure of figures) {
      const box = await figure.locator("svg").boundingBox()
      assert.isAbove(box?.width ?? 0, 300)
      assert.isAbove(box?.height ?? 0, 50)
      assert.isAbove(await figure.locator("svg path").count(), 2)
      assert.notStrictEqual(await figure.getAttribute("aria-label"), "")
    }
    assert.include(await page.locator("h1").innerText(), "<script>window.hacked=1</script>")
    for (const details of await page.locator("main details").all()) await details.locator("summary").first().click()
    await clean(page)
  })

  it("leads from a number to its conversations in two clicks, and narrows them", { timeout }, async () => {
    const page = await opened()
    await page.locator(".matrix tbody tr").nth(1).locator("button.n").first().click()
    const dialog = page.locator("dialog")
    assert.include(await dialog.innerText(), "evaluation of role-play with role-play as busy")
    assert.match(await dialog.innerText(), /[0-9a-f]{64}/)
    await dialog.getByText("Read the conversations").click()
    await page.locator(".talk-view").waitFor()
    const found = () => page.locator(".found").innerText()
    assert.match(await found(), /^16 of 192 conversations, mean reward 0\.\d\d over 16$/)
    assert.include(await page.locator(".talk-view").innerText(), attack.slice(0, 40))
    assert.include(await page.locator(".talk-view").innerText(), "✓ passed: max-words")

    const narrowed = (words: RegExp) => page.locator(".found", { hasText: words }).waitFor()
    await page.getByRole("button", { name: "Clear" }).click()
    await narrowed(/^192 of 192 conversations, .* 1 without a verdict$/)
    await page.selectOption("select[name=verdict]", "missing")
    await narrowed(/^1 of 192/)
    assert.include(await page.locator(".talk-view").innerText(), "infrastructure: simulator: Timeout")
    const judges = await page.getByRole("region", { name: "Judges" }).innerText()
    assert.match(judges, /judge-a 7 of 10/)
    assert.include(judges, `judge-b no score: ${attack.slice(0, 40)}`)
    await page.getByRole("button", { name: "Clear" }).click()
    await page.selectOption("select[name=ending]", "goodbye")
    await narrowed(/^(?!192|1 )\d+ of 192/)
    await page.selectOption("select[name=ending]", "")
    await page.fill("input[name=least]", "0.9")
    await page.selectOption("select[name=sort]", "lowest")
    await page.locator("#talk-0 .reward", { hasText: /^(0\.9|1\.0)/ }).waitFor()
    await narrowed(/^(?!192)\d+ of 192/)
    await page.fill("input[name=least]", "")
    await page.selectOption("select[name=persona]", "curious")
    await narrowed(/^96 of 192/)
    await page.fill("input[name=words]", "no such words")
    await narrowed(/^0 of 192 conversations$/)
    assert.include(await page.locator(".shown").innerText(), "No conversation is like that")
    await clean(page)
  })

  it("leads from comparisons, seeds and judges to each side's conversations", { timeout }, async () => {
    const page = await opened("", join(folder, "rich/report.html"))
    const dialog = page.locator("dialog")
    const lists = async (table: RegExp, link: string, found: RegExp) => {
      await page.getByRole("table", { name: table }).locator("button.n").first().click()
      const links = await dialog.getByText("Read the conversations").allInnerTexts()
      await dialog.getByText(link, { exact: true }).click()
      await page.locator(".found", { hasText: found }).waitFor()
      await page.locator(".talk-view").waitFor()
      await page.locator(".tools a[href='#report']").click()
      return links.map((words) => words.replace("Read the conversations ", ""))
    }
    const one = /^32 of 672 conversations/
    const tuned = "Read the conversations of fine-tuned, seed 1"
    assert.deepStrictEqual(await lists(/^Gain in reward by way/, "Read the conversations of initial", one), [
      "of role-play, seed 1",
      "of role-play, seed 2",
      "of initial",
    ])
    assert.strictEqual((await lists(/^Differences between ways/, tuned, one)).length, 5)
    assert.deepStrictEqual(await lists(/^One assistant against another/, tuned, one), [
      "of role-play, seed 1",
      "of fine-tuned, seed 1",
    ])
    const under = "Read the conversations under it"
    for (const table of [/^Chance that all/, /^Intervals by user/]) {
      assert.deepStrictEqual(await lists(table, under, one), ["under it"])
    }
    for (const table of [/^How far judges agree/, /^Scores of each judge/]) {
      assert.deepStrictEqual(await lists(table, under, /^672 of 672/), ["under it"])
    }
    await clean(page)
  })

  it("leads from a number on tasks to the answers and what every judge said of them", { timeout }, async () => {
    const file = join(folder, "tasks/report.html")
    const page = await opened("", file)
    const dialog = page.locator("dialog")
    const view = page.locator(".talk-view")
    const found = (words: RegExp) => page.locator(".found", { hasText: words }).waitFor()
    const click = async (table: RegExp, row: string, column: number) => {
      await page.locator(".tools a[href='#report']").click()
      const rows = page.getByRole("table", { name: table }).locator("tbody tr", { hasText: row })
      await rows.first().locator("td").nth(column).locator("button.n").click()
      const told = await dialog.innerText()
      await dialog.getByText("Read the conversations").click()
      await view.waitFor()
      return told
    }
    const told = await click(/^Satisfaction: mean share/, "good", 2)
    assert.match(told, /WildBenchVerdicts\/v2-[0-9a-f]{16}[^]*WildBenchAnswers\/v1-[0-9a-f]{16} --transcript/)
    await found(/^6 of 12 conversations, mean satisfaction 0\.50 over 6$/)
    assert.strictEqual(await page.locator("select[name=assistant]").inputValue(), "good")
    for (const fold of await view.locator("section details").all())
      if ((await fold.getAttribute("open")) === null) await fold.locator("summary").click()
    const read = await view.innerText()
    for (const words of [
      `Do task 0. ${attack.slice(0, 40)}`,
      `good answers task-0. ${attack.slice(0, 40)}`,
      `✓ satisfied: Is task 0 done? ${attack.slice(0, 40)}`,
      "✗ not satisfied: Is it short?",
      `Because. ${attack.slice(0, 40)}`,
      "– missing: Is it short? invalid output",
      "understudy show judge-a-call",
      "judge-d, score",
      "8: score from 1 to 10",
      "slightly better (0.5): compared with fair, order 1",
      "as good: compared with fair, order 2",
    ])
      assert.include(read, words)

    await view.getByText("All answers to this task").click()
    await found(/^2 of 12/)
    await click(/^Satisfaction by category/, "good", 0)
    await found(/^3 of 12/)
    await click(/^WB-Reward/, "good", 3)
    await found(/^6 of 12/)
    await click(/^Lengths of answers/, "fair", 5)
    await found(/^2 of 12 conversations, mean satisfaction 0\.00 over 1, 1 without a verdict$/)
    await page.selectOption("select[name=verdict]", "missing")
    await found(/^1 of 12/)
    assert.include(await view.innerText(), "infrastructure: invalid output")
    await page.selectOption("select[name=verdict]", "given")
    await view.getByText("assistant: refused").first().waitFor()
    await clean(page)
  })

  it("keeps what is shown in the address", { timeout }, async () => {
    const page = await opened("#transcripts?assistant=fine-tuned&simulator=role-play&persona=busy")
    await page.locator(".talk-view").waitFor()
    await page.keyboard.press("ArrowDown")
    await page.locator("#talk-1[aria-selected=true]").waitFor()
    const chosen = await page.locator("[aria-selected=true] .opening").innerText()
    await page.reload()
    await page.locator(".talk-view").waitFor()
    assert.strictEqual(await page.locator("[aria-selected=true] .opening").innerText(), chosen)
    assert.strictEqual(await page.locator("select[name=assistant]").inputValue(), "fine-tuned")
    await page.locator(".tools a[href='#report']").click()
    await page.locator("#answer").waitFor()
    await clean(page)
  })

  it("is worked by keys alone", { timeout }, async () => {
    const page = await opened()
    const first = page.locator(".matrix button.n").first()
    await first.focus()
    await page.keyboard.press("ArrowRight")
    assert.strictEqual(
      await focused(page),
      await page.locator(".matrix tbody tr").nth(0).locator("button.n").nth(1).innerText(),
    )
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert.isTrue(await page.locator("dialog").isVisible())
    await page.keyboard.press("Escape")
    assert.isFalse(await page.locator("dialog").isVisible())
    assert.strictEqual(
      await focused(page),
      await page.locator(".matrix tbody tr").nth(1).locator("td").nth(1).locator("button.n").first().innerText(),
    )
    // One stop of the Tab key for each table.
    assert.strictEqual(await page.locator(".matrix button.n[tabindex='0']").count(), 1)
    await page.keyboard.press("Enter")
    // The way to the conversations comes first.
    await page.keyboard.press("Enter")
    await page.locator(".talk-view").waitFor()
    await page.keyboard.press("End")
    await page.locator("#talk-15[aria-selected=true][aria-posinset='16']").waitFor()
    await clean(page)
  })

  it("is light or dark as the system is, or as it is told", { timeout }, async () => {
    const page = await opened()
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor")
    const light = await background()
    await page.emulateMedia({ colorScheme: "dark" })
    const dark = await background()
    assert.notStrictEqual(dark, light)
    await page.click("#theme")
    assert.strictEqual(await page.locator("#theme").innerText(), "Colours: light")
    assert.strictEqual(await background(), light)
    await page.click("#theme")
    await page.emulateMedia({ colorScheme: "light" })
    assert.strictEqual(await background(), dark)
    await clean(page)
  })

  it("prints what is read, with tables unfolded and nothing to click", { timeout }, async () => {
    const page = await opened()
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await page.emulateMedia({ media: "print" })
    assert.isFalse(await page.locator("nav").isVisible())
    assert.isFalse(await page.locator(".tools").isVisible())
    assert.isTrue(await page.getByRole("table", { name: "Every iteration" }).isVisible())
    const pdf = await page.pdf()
    assert.isAbove(pdf.length, 20_000)
    await clean(page)
  })

  it("says so where its transcripts are not beside it", { timeout }, async () => {
    const alone = join(folder, "alone")
    mkdirSync(alone)
    cpSync(join(folder, "report.html"), join(alone, "report.html"))
    const page = await opened("#transcripts", join(alone, "report.html"))
    await page.getByText("transcripts/index.js can't be loaded").waitFor()
    assert.isUndefined(await page.evaluate("window.hacked"))
    assert.isTrue(complaints.splice(0).every((complaint) => complaint.includes("ERR_FILE_NOT_FOUND")))
    await clean(page)
  })
})

const focused = (page: Page) => page.evaluate("document.activeElement?.innerText")
