/** One log line: a sentence, and what it is about in a form that machines can filter. JSON-safe, and without secrets. */
export type LogEntry = {
  readonly message: string
  readonly run?: string
  readonly pair?: string
  readonly calendar?: string
  /** The event's uid. */
  readonly event?: string
  /** Milliseconds. */
  readonly duration?: number
} & Readonly<Record<string, unknown>>

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, entry: LogEntry) => void

/** So long is the longest line; titles and words of servers in it may have any length. */
const LONGEST = 10_000

/** A text for people and log files, on one line: what would begin another, or steer a terminal, is a blank. */
export function oneLine(text: string): string {
  const line = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return line.replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
}

/** An address without what may be secret in it: credentials, query and fragment. */
export function bareUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none'
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
