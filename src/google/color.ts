import { nearestColor, normalColor } from '../event/color'

/**
 * The event colours of Google's palette (`colorId` 1 to 11) as the app shows them today, each by the CSS name that comes
 * nearest. The API still gives out older, paler values for the same ids.
 */
const PALETTE: readonly (readonly [id: string, name: string])[] = [
  ['1', 'cornflowerblue'], // Lavender
  ['2', 'mediumseagreen'], // Sage
  ['3', 'darkorchid'], // Grape
  ['4', 'salmon'], // Flamingo
  ['5', 'gold'], // Banana
  ['6', 'darkorange'], // Tangerine
  ['7', 'dodgerblue'], // Peacock
  ['8', 'dimgray'], // Graphite
  ['9', 'royalblue'], // Blueberry
  ['10', 'green'], // Basil
  ['11', 'red'], // Tomato
]
const NAMES = PALETTE.map(([, name]) => name)

/** The colour of an event by its `colorId`; null for the colour of its calendar, and for an id that is new. */
export function colorOf(colorId: string | null | undefined): string | null {
  return PALETTE.find(([id]) => id === colorId)?.[1] ?? null
}

/** The `colorId` of a colour of the palette, else null. */
export function colorIdOf(color: string | null): string | null {
  return PALETTE.find(([, name]) => name === color)?.[0] ?? null
}

/** The colour of the palette that comes nearest; null for what is no colour. */
export function fitColor(color: string): string | null {
  const name = normalColor(color)
  return name === null ? null : nearestColor(name, NAMES)
}
