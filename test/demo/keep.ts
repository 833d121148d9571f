import type { CaldavServer } from '../simulators/caldav'
import type { Member } from '../simulators/caldav/store'
import type { Stored } from '../simulators/google/calendar'
import type { GoogleSimulator } from '../simulators/google/simulator'

/** What both servers hold, as JSON: enough for tokens and ETags of before to be good again. */

type Version = { sequence: number; etag?: string | undefined }

export type Kept = {
  readonly google: {
    events: (Omit<Stored, 'overrides'> & { overrides: string[] })[]
    version: number
    oldestToken: number
    /** Those that Connect has given. */
    logins?: string[]
  }
  readonly icloud: {
    collections: {
      path: string
      members: Member[]
      changes: [string, number][]
      past?: [string, Version[]][]
      sequence: number
      oldest: number
    }[]
    buriedNames: string[]
    buriedUids: string[]
    versions: number
  }
}

export function dump(google: GoogleSimulator, icloud: CaldavServer): Kept {
  const calendar = google.calendar()
  const { store } = icloud
  return {
    google: {
      events: [...calendar.events.values()].map((stored) => ({ ...stored, overrides: [...stored.overrides] })),
      version: calendar.version,
      oldestToken: calendar.oldestToken,
      logins: google.tokens.logins(),
    },
    icloud: {
      collections: [...store.collections.values()].map(({ path, members, changes, past, sequence, oldest }) => ({
        path,
        members: [...members.values()],
        changes: [...changes],
        past: [...past],
        sequence,
        oldest,
      })),
      buriedNames: [...store.buriedNames],
      buriedUids: [...store.buriedUids],
      versions: store['versions'],
    },
  }
}

/** Brings two servers that are still empty to what was dumped. */
export function restore(google: GoogleSimulator, icloud: CaldavServer, kept: Kept): void {
  restoreGoogle(google, kept.google)
  restoreIcloud(icloud, kept.icloud)
}

function restoreGoogle(google: GoogleSimulator, kept: Kept['google']): void {
  const calendar = google.calendar()
  for (const { event, version, overrides } of kept.events.toSorted((a, b) => a.version - b.version)) {
    // The ETag follows from the version under which an event is stored.
    calendar.version = version - 1
    calendar.put(event, new Set(overrides))
  }
  calendar.version = kept.version
  calendar.oldestToken = kept.oldestToken
  google.tokens.restoreLogins(kept.logins ?? [])
  // Ids come from a counter: go past those that were given out.
  const given = [...calendar.events.keys()].filter((id) => /^sim[0-9a-v]{8}$/.test(id)).sort()
  const last = given.at(-1)
  while (last !== undefined && google.nextId() < last);
}

function restoreIcloud(icloud: CaldavServer, kept: Kept['icloud']): void {
  const { store } = icloud
  for (const each of kept.collections) {
    const collection = store.collections.get(each.path)
    if (collection === undefined) throw new Error(`There is no calendar at ${each.path}: start with --fresh.`)
    for (const member of each.members) collection.members.set(member.name, member)
    for (const [name, sequence] of each.changes) collection.changes.set(name, sequence)
    for (const [name, versions] of each.past ?? []) {
      collection.past.set(
        name,
        versions.map((version) => ({ sequence: version.sequence, etag: version.etag })),
      )
    }
    collection.sequence = each.sequence
    collection.oldest = each.oldest
  }
  for (const name of kept.buriedNames) store.buriedNames.add(name)
  for (const uid of kept.buriedUids) store.buriedUids.add(uid)
  store['versions'] = kept.versions
}
