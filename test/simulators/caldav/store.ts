import { hashJson } from '../../../src/event/json'
import type { Component } from './ical-text'
import { property, eventsOf, linesOf, parseIcal } from './ical-text'
import type { CaldavOptions } from './options'

/** One resource in a collection. `modified` in milliseconds. */
export type Member = { readonly name: string; text: string; etag: string; modified: number }

export type Collection = {
  readonly path: string
  name: string
  color: string | null
  timeZone: string | null
  /** `calendar` in one of its forms, or what else lies in a home. */
  readonly kind: 'calendar' | 'subscribed' | 'inbox' | 'outbox' | 'notification'
  readonly components: readonly ('VEVENT' | 'VTODO')[]
  access: 'owner' | 'read-write' | 'read'
  readonly number: number
  readonly members: Map<string, Member>
  /** By member name: the number of its last change. */
  readonly changes: Map<string, number>
  /** By member name: its ETags, each with the number of the change that gave it; undefined: removed. */
  readonly past: Map<string, { readonly sequence: number; readonly etag: string | undefined }[]>
  sequence: number
  /** Changes before this one are forgotten: older tokens are invalid. */
  oldest: number
  /** Members that are listed but that nobody can fetch any more. */
  readonly broken: Set<string>
}

/** A mail that the server would have sent to guests. */
export type Mail = { readonly because: 'put' | 'delete'; readonly path: string }

/** All that the account holds. Server and app both change it through these functions, which keep ETags and tokens right. */
export class Store {
  readonly collections = new Map<string, Collection>()
  readonly mails: Mail[] = []
  readonly buriedNames = new Set<string>()
  readonly buriedUids = new Set<string>()
  /** Texts of deleted members, by path: who deleted them may put them back. */
  readonly trash = new Map<string, string>()
  readonly home = '/1234567890/calendars/'
  readonly principal = '/1234567890/principal/'
  private versions = 0
  private created = 0

  constructor(readonly options: CaldavOptions) {}

  addCollection(settings: Partial<Collection> & { path: string }): Collection {
    const collection: Collection = {
      name: 'Home',
      color: '#1BADF8FF',
      timeZone: null,
      kind: 'calendar',
      components: ['VEVENT'],
      access: 'owner',
      number: ++this.created,
      members: new Map(),
      changes: new Map(),
      past: new Map(),
      sequence: 1,
      oldest: 0,
      broken: new Set(),
      ...settings,
    }
    this.collections.set(collection.path, collection)
    return collection
  }

  /** Stores a text as it is, under a new ETag. */
  put(collection: Collection, name: string, text: string): Member {
    const etag = this.etagFor(collection.members.get(name), text)
    const member = { name, text, etag, modified: this.options.clock() }
    collection.members.set(name, member)
    this.hasChanged(collection, name, etag)
    return member
  }

  private etagFor(before: Member | undefined, text: string): string {
    const version = ++this.versions
    if (this.options.countedEtags) return nextCount(before)
    return `"${this.options.trees ? hashJson(text) : (0x1f4b3c2 + version * 7919).toString(36)}"`
  }

  remove(collection: Collection, name: string): void {
    const member = collection.members.get(name)
    if (!member) throw new Error(`${collection.path}${name} is not there`)
    this.buriedNames.add(collection.path + name)
    this.trash.set(collection.path + name, member.text)
    for (const uid of uidsOf(member.text)) this.buriedUids.add(uid)
    collection.members.delete(name)
    this.hasChanged(collection, name, undefined)
  }

  private hasChanged(collection: Collection, name: string, etag: string | undefined): void {
    const { changes, past } = collection
    const sequence = ++collection.sequence
    changes.set(name, sequence)
    past.set(name, [...(past.get(name) ?? []), { sequence, etag }])
  }

  /** Whether a delta from then on speaks of a member. */
  isNews(collection: Collection, name: string, since: number): boolean {
    if ((collection.changes.get(name) ?? 0) <= since) return false
    const before = collection.past.get(name)?.findLast(({ sequence }) => sequence <= since)?.etag
    return !this.options.trees || before !== collection.members.get(name)?.etag
  }

  /** Where a live resource with this UID is, other than at `path`. */
  holderOf(uid: string, path: string, among: readonly Collection[]): string | undefined {
    for (const collection of among) {
      for (const member of collection.members.values()) {
        if (collection.path + member.name !== path && uidsOf(member.text).has(uid)) return collection.path + member.name
      }
    }
    return undefined
  }

  /** The collection and the member name that a decoded path names. */
  find(path: string): { collection: Collection; name: string; member: Member | undefined } | undefined {
    const cut = path.lastIndexOf('/') + 1
    const collection = this.collections.get(path.slice(0, cut))
    const name = path.slice(cut)
    return collection && { collection, name, member: collection.members.get(name) }
  }

  /** Opaque, with a check, so that no other token of the same form is valid by chance. */
  tokenOf(collection: Collection, sequence = collection.sequence): string {
    const check = hashJson([collection.path, sequence]).slice(0, 6)
    return `HwoQEgwAA${Buffer.from(`${collection.number}:${sequence}:${check}`).toString('base64')}`
  }

  /** The sequence number that a token stands for; undefined if it is none of ours or too old. */
  readToken(collection: Collection, token: string): number | undefined {
    const [number, sequence] = Buffer.from(token.slice(9), 'base64').toString().split(':').map(Number)
    if (number !== collection.number || sequence === undefined || token !== this.tokenOf(collection, sequence)) return
    return sequence >= collection.oldest && sequence <= collection.sequence ? sequence : undefined
  }
}

const uids = new Map<string, Set<string>>()

/** The UIDs of the events in a text. */
export function uidsOf(text: string): Set<string> {
  let found = uids.get(text)
  if (!found) {
    found = new Set(eventsIn(text).map((event) => property(event, 'UID') ?? ''))
    if (uids.size > 5000) uids.clear()
    uids.set(text, found)
  }
  return found
}

/** The events in a text; none in one that was put there past all rules and can't be read. */
function eventsIn(text: string): Component[] {
  try {
    return eventsOf(parseIcal(text))
  } catch {
    return []
  }
}

/** Whether guests of the event would get mail if it changed. */
/** Whether anybody but the account's own user would hear of a change. */
export const hasGuests = (text: string, own: string): boolean =>
  eventsIn(text).some((event) =>
    [...linesOf(event, 'ATTENDEE'), ...linesOf(event, 'ORGANIZER')].some(
      (line) => ![`mailto:${own}`, `EMAIL=${own}`].some((his) => line.toLowerCase().includes(his.toLowerCase())),
    ),
  )

/** As SOGo writes them. */
const nextCount = (before: Member | undefined): string => {
  const count = before ? Number(/\d+/.exec(before.etag)?.[0]) + 1 : 0
  return `"gcs${String(count).padStart(8, '0')}"`
}
