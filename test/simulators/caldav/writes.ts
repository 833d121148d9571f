import { empty, encodeHref, failure, xmlAnswer } from './answers'
import type { Component } from './ical-text'
import { eventsOf, linesOf, nameOf, parseIcal, removeLines, unfold, writeIcal } from './ical-text'
import type { Collection, Member, Store } from './store'
import { hasGuests, uidsOf } from './store'
import { refusalOf } from './validation'
import { CALDAV, DAV, element } from './xml'

/** GET of one member. */
export function answerGet(store: Store, path: string): Response {
  const found = store.find(path)
  if (!found?.member || found.collection.broken.has(found.name)) return empty(404)
  const { text, etag } = found.member
  return new Response(text, { status: 200, headers: { etag, 'content-type': 'text/calendar; charset=utf-8' } })
}

/** PUT of one member: 201 or 204, with an ETag only if the text was stored as it is (RFC 4791 5.3.4). */
export function answerPut(store: Store, path: string, request: Request, text: string): Response {
  const { options } = store
  const found = store.find(path)
  if (!found || found.name === '') return empty(409)
  const { collection, name, member } = found
  if (!mayWrite(collection)) return forbidden(store, path)
  if (options.dislikes?.test(text)) return empty(403)
  if (!/^text\/calendar\b/i.test(request.headers.get('content-type') ?? '')) return empty(415)
  if (!options.careless || request.headers.has('if-match')) {
    if (!meetsPreconditions(request, member)) return empty(412)
  }
  // a plain PUT over what an Apple device has opened is a bare 412, as is a name that was used before
  if (member && !request.headers.has('if-match') && !options.careless) return empty(412)
  if (options.tombstones && !member && store.buriedNames.has(path)) return empty(412)

  const refusal = refusalOf(text, options.strictDates)
  if (refusal) {
    return refusal.precondition === undefined
      ? empty(refusal.status, { 'x-why': refusal.why })
      : failure(refusal.status, CALDAV, refusal.precondition, options.xml)
  }
  const conflict = uidConflict(store, collection, path, member, text)
  if (conflict) return conflict
  if (options.schedules && [text, member?.text ?? ''].some((each) => hasGuests(each, options.username)))
    store.mails.push({ because: 'put', path })

  const stored = rewritten(store, text, member === undefined)
  const { etag } = store.put(collection, name, stored)
  const isCareless = options.cutsCharacters || ['defaults', 'capitals'].includes(options.rewrites) // does not know what it has done
  const isTold = stored === text || isCareless
  return empty(member ? 204 : 201, isTold && options.etagAfterPut ? { etag } : {})
}

/** DELETE of one member; never of a collection, which would take all events with it. */
export function answerDelete(store: Store, path: string, request: Request): Response {
  if (request.headers.has('depth')) return empty(400)
  const found = store.find(path)
  if (!found?.member) return empty(request.headers.has('if-match') ? 412 : 404)
  if (!mayWrite(found.collection)) return forbidden(store, path)
  if (store.options.dislikes?.test(found.member.text)) return empty(403)
  if (!store.options.careless && !meetsPreconditions(request, found.member)) return empty(412)
  if (store.options.schedules && hasGuests(found.member.text, store.options.username))
    store.mails.push({ because: 'delete', path })
  store.remove(found.collection, found.name)
  return empty(204)
}

/** Says which privilege is missing, and where (RFC 3744 7.1.1). */
function forbidden({ options }: Store, path: string): Response {
  if (options.bare403) return empty(403)
  const where = element(DAV, 'href', [encodeHref(path)])
  const missing = element(DAV, 'resource', [where, element(DAV, 'privilege', [element(DAV, 'write-content')])])
  const error = element(DAV, 'error', [element(DAV, 'need-privileges', [missing])])
  return xmlAnswer(403, error, options.xml)
}

const mayWrite = (collection: Collection): boolean => collection.kind === 'calendar' && collection.access !== 'read'

/** `If-Match: *` fails on iCloud even where there is something. */
function meetsPreconditions(request: Request, member: Member | undefined): boolean {
  const match = request.headers.get('if-match')
  const none = request.headers.get('if-none-match')
  if (match !== null && match !== member?.etag) return false
  return none === null || (none === '*' && member === undefined)
}

function uidConflict(
  store: Store,
  collection: Collection,
  path: string,
  member: Member | undefined,
  text: string,
): Response | undefined {
  const { options } = store
  const uid = [...uidsOf(text)][0] ?? ''
  if (member && uidsOf(member.text).size > 0 && !uidsOf(member.text).has(uid))
    return failure(403, CALDAV, 'no-uid-conflict', options.xml)
  if (options.tombstones && !member && store.buriedUids.has(uid)) return empty(412)
  const among = options.uniqueUid === 'account' ? [...store.collections.values()] : [collection]
  if (options.uniqueUid !== 'nowhere' && store.holderOf(uid, path, among) !== undefined) {
    return failure(403, CALDAV, 'no-uid-conflict', options.xml)
  }
  return undefined
}

/** What the server makes of a text: stamps of its own and, on creation, Apple's default alarm. */
function rewritten(store: Store, text: string, isNew: boolean): string {
  const { rewrites, clock, cutsCharacters } = store.options
  if (cutsCharacters && unfold(text).some(isCut)) return '(null)'
  if (rewrites === 'nothing') return text
  const calendar = parseIcal(text)
  const stamp = new Date(clock()).toISOString().replace(/[-:]|\.\d+/g, '')
  for (const event of eventsOf(calendar)) {
    if (rewrites === 'defaults' || rewrites === 'capitals') {
      const trimmed = event.lines.map((line) => line.replace(/^(SUMMARY|LOCATION):[ \t]+/, '$1:'))
      event.lines.splice(0, Infinity, ...trimmed)
      if (linesOf(event, 'CLASS').length === 0) event.lines.push('CLASS:PUBLIC')
      if (rewrites === 'capitals') inCapitals(event, stamp)
      continue
    }
    removeLines(event, 'LAST-MODIFIED')
    event.lines.push(`LAST-MODIFIED:${stamp}`)
    if (linesOf(event, 'DTSTAMP').length === 1) event.lines.push(`DTSTAMP:${stamp}`) // python-caldav #3
    if (rewrites === 'alarm' && isNew && event.components.length === 0) {
      event.components.push({
        name: 'VALARM',
        lines: ['UID:5F3C', 'TRIGGER:-PT15M', 'ACTION:AUDIO', 'ATTACH;VALUE=URI:Chord', 'X-APPLE-DEFAULT-ALARM:TRUE'],
        components: [],
      })
    }
  }
  return writeIcal(calendar)
}

function inCapitals(event: Component, stamp: string): void {
  removeLines(event, 'DTSTAMP')
  removeLines(event, 'COLOR')
  const lines = event.lines.map((line) => (nameOf(line) === 'SUMMARY' ? line.toUpperCase() : line))
  event.lines.splice(0, Infinity, ...lines, `DTSTAMP:${stamp}`)
}

/** Whether a character is cut where a line is folded after 75 units of UTF-16, of which each further one begins with a blank. */
function isCut(line: string): boolean {
  const cuts = Array.from({ length: Math.floor(line.length / 74) }, (_, index) => 75 + index * 74)
  return cuts.some((at) => at < line.length && /[\udc00-\udfff]/.test(line.charAt(at)))
}
