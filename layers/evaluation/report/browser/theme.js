/** Light, dark, or as the system has it. */
import { byId } from "./dom.js"

const themes = ["system", "light", "dark"]
const key = "understudy-theme"

export const startTheme = () => {
  const button = byId("theme")
  let now = remembered()
  const show = () => {
    if (now === "system") delete document.documentElement.dataset["theme"]
    else document.documentElement.dataset["theme"] = now
    button.textContent = `Colours: ${now}`
  }
  button.addEventListener("click", () => {
    now = themes[(themes.indexOf(now) + 1) % themes.length] ?? "system"
    remember(now)
    show()
  })
  show()
}

// A page opened from disk may have no storage.
const remembered = () => {
  try {
    const found = localStorage.getItem(key)
    return found !== null && themes.includes(found) ? found : "system"
  } catch {
    return "system"
  }
}

/** @param {string} theme */
const remember = (theme) => {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It lasts as long as the page.
  }
}
