/** The browser that pages are looked at with: the one that CHROMIUM names, else one on PATH. Undefined where there is none. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

export const findChromium = (env: NodeJS.ProcessEnv = process.env): string | undefined => {
  const named = env["CHROMIUM"]
  if (named !== undefined && named !== "") return named
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

const isProgram = (file: string) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Containers have no user namespaces for the sandbox; the pages are our own. */
export const chromiumArguments = ["--no-sandbox", "--disable-gpu"]
