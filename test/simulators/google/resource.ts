import type { calendar_v3 } from '@googleapis/calendar'

/** An event as the API sends and takes it. */
export type GoogleEvent = calendar_v3.Schema$Event
export type GoogleTime = calendar_v3.Schema$EventDateTime
/** A patch: null deletes a member. */
export type Patch = { readonly [name: string]: unknown }

/** Members that only the server sets; what a client sends in them is ignored. */
const SERVER_OWNED = [
  'kind',
  'etag',
  'htmlLink',
  'created',
  'updated',
  'creator',
  'organizer',
  'hangoutLink',
  'recurringEventId',
  'originalStartTime',
  'locked',
  'attendeesOmitted',
]

/** What a client may set in a body. */
export function writable(body: Patch): Patch {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !SERVER_OWNED.includes(name)))
}

/** Google's patch semantics: objects merge, arrays replace, null deletes. */
export function merge(target: Patch, patch: Patch): Patch {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    const inner = merged.get(name)
    if (value === null) merged.delete(name)
    else merged.set(name, isRecord(value) ? merge(isRecord(inner) ? inner : {}, value) : value)
  }
  return Object.fromEntries(merged)
}

/** The same without members that are null, at any depth of objects. */
export const withoutNulls = (body: Patch): Patch => merge({}, body)

function isRecord(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two JSON values are equal. Members come in a fixed order here, so that the texts can be compared. */
export function same(a: unknown, b: unknown): boolean {
  return text(a) === text(b)
}

function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  return `{${names
    .sort()
    .map((name) => `${name}:${text(value[name])}`)
    .join(',')}}`
}
