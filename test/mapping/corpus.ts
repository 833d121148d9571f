import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { GoogleEvent } from '../simulators/google/resource'

/** Calendars of other projects' tests, broken ones included; only where they are at hand. */
export const CORPUS = join(__dirname, '../../../shared/data/corpus')

export const isHere = (): boolean => existsSync(CORPUS)

function files(ending: string): string[] {
  return readdirSync(CORPUS, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * Every event of every file as a server would hold it: one resource for each UID and for each event without one, with
 * all time zones of the file.
 */
export function resources(): { name: string; text: string }[] {
  return files('.ics').flatMap((file) =>
    byUid(readFileSync(file, 'utf8')).map((text, at) => ({ name: `${relative(CORPUS, file)} ${at}`, text })),
  )
}

function byUid(text: string): string[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '')
  const events = unfolded.match(/^BEGIN:VEVENT\n[^]*?^END:VEVENT$/gim) ?? []
  if (events.length === 0) return []
  const groups = new Map<string, string[]>()
  for (const [at, event] of events.entries()) {
    const uid = /^UID[;:].*$/im.exec(event)?.[0] ?? `none ${at}`
    groups.set(uid, [...(groups.get(uid) ?? []), event])
  }
  if (groups.size === 1) return [text]
  const zones = unfolded.match(/^BEGIN:VTIMEZONE\n[^]*?^END:VTIMEZONE$/gim) ?? []
  return [...groups.values()].map((group) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//split//', ...zones, ...group, 'END:VCALENDAR', ''].join('\r\n'),
  )
}

/** All events in the JSON files, file by file. */
export function googleFiles(): { name: string; events: GoogleEvent[] }[] {
  return files('.json').map((file) => ({
    name: relative(CORPUS, file),
    events: eventsIn(JSON.parse(asApi(readFileSync(file, 'utf8'))) as unknown),
  }))
}

/** Some files spell two members as a Python program does. */
const asApi = (json: string): string =>
  json.replaceAll('"date_time"', '"dateTime"').replaceAll('"timezone"', '"timeZone"')

/** All objects in a JSON value that look like events. */
function eventsIn(value: unknown): GoogleEvent[] {
  if (Array.isArray(value)) return value.flatMap(eventsIn)
  if (typeof value !== 'object' || value === null) return []
  const event = value as GoogleEvent
  const isEvent = typeof event.id === 'string' && ('start' in value || 'status' in value)
  return isEvent ? [event] : Object.values(value).flatMap(eventsIn)
}
