import type { Editor } from './browser'

/** A text in the open dialog that can hardly be read: its contrast to what lies behind it. */
export type Faint = { readonly text: string; readonly contrast: number }

/**
 * Texts in the open dialog whose contrast is less than 3 (WCAG's least for large text, which Node-RED's own hints have),
 * and elements of it that are cut off at the right.
 */
export const flawsOf = async ({ page }: Editor): Promise<{ faint: Faint[]; cut: string[] }> => page.evaluate(SCRIPT)

const SCRIPT = `(() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = (color.match(/[\\d.]+/g) || []).map(Number)
    return { r, g, b, a }
  }
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((each) => each / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor)
      if (color.a > 0.9) return color
    }
    return { r: 255, g: 255, b: 255, a: 1 }
  }
  const dialog = [...document.querySelectorAll('.red-ui-tray')].at(-1).querySelector('.red-ui-tray-body')
  const seen = [...dialog.querySelectorAll('*')].filter((element) => element.getClientRects().length > 0)
  const owns = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  const faint = seen.filter(owns).flatMap((element) => {
    const pair = [parse(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => b - a)
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05)
    return contrast < 3 ? [{ text: element.textContent.trim(), contrast: Math.round(contrast * 10) / 10 }] : []
  })
  const edge = dialog.getBoundingClientRect().right
  const ours = seen.filter((element) => element.closest('.dialog-form, form'))
  const cut = ours.filter((element) => element.getBoundingClientRect().right > edge + 1).map((element) => element.outerHTML.slice(0, 120))
  return { faint, cut }
})()`
