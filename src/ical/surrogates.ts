import { fold, unfold } from './line'

const PAIR = /[\u{10000}-\u{10FFFF}]/u

/** Whether a text has characters beyond the Basic Multilingual Plane (an emoji, say), which are two units of UTF-16. */
export const hasPairs = (text: string): boolean => PAIR.test(text)

/** Whether a line of the text would be cut inside of such a character by who counts in units of UTF-16 (SOGo does). */
export const isSplit = (text: string): boolean => unfold(text).some(isSplitLine)

/** The same text, in which a parameter without meaning moves the places where such lines are cut. */
export const withoutSplits = (text: string): string =>
  fold(unfold(text).map((line) => (isSplitLine(line) ? moved(line) : line)))

/** Units of UTF-16 in a line; each further one begins with a blank. */
const LINE_UNITS = 75
const LONGEST = LINE_UNITS - 1

function isSplitLine(line: string): boolean {
  if (line.length <= LINE_UNITS || !hasPairs(line)) return false
  for (let at = LINE_UNITS; at < line.length; at += LINE_UNITS - 1) if (isInside(line, at)) return true
  return false
}

const isInside = (line: string, at: number): boolean => (line.codePointAt(at - 1) ?? 0) > 0xffff

function moved(line: string): string {
  const end = /[;:]/.exec(line)?.index ?? 0
  const other = (length: number): string =>
    `${line.slice(0, end)};X-CALSYNC-FOLD=${'0'.repeat(length)}${line.slice(end)}`
  const lengths = Array.from({ length: LONGEST }, (_, index) => index + 1)
  return other(lengths.find((length) => !isSplitLine(other(length))) ?? 1)
}
