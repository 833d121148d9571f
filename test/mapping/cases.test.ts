import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Side } from '../../src/sync/model'
import type { GoogleEvent, Patch } from '../simulators/google/resource'
import { differences, TwoCalendars } from './two-calendars'

const FOLDER = join(__dirname, 'cases')

/** One case: an event in Google's JSON, and beside it `<name>.ics` that means the same. */
type Case = {
  readonly pins: string
  readonly google?: GoogleEvent
  /** Edits of occurrences, by original start; null: cancelled. */
  readonly instances?: { readonly [key: string]: Patch | null }
  /** Where only one direction is meant. */
  readonly only?: 'to Google' | 'to iCloud'
  /** Why nobody may write the original. */
  readonly fixed?: string
  /** Why the event is set aside. */
  readonly aside?: string
  readonly notCarried?: boolean
  /** The server would not take it back as it stands: it is not edited. */
  readonly broken?: boolean
  /** Its UID on the server is that of a series. */
  readonly alone?: boolean
}

const read = (name: string): Case => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Case
const textOf = (name: string): string | undefined => {
  const path = join(FOLDER, `${name}.ics`)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function plant(world: TwoCalendars, { google, instances = {} }: Case): string {
  const { user } = world.google
  const id = user.plant(google!).id!
  for (const [key, patch] of Object.entries(instances)) {
    if (patch === null) user.delete(user.instanceId(id, key))
    else user.edit(user.instanceId(id, key), patch)
  }
  return id
}

const put = (world: TwoCalendars, text: string): string =>
  world.icloud.user.addText(world.icloud.calendar, text, 'case.ics')

/** The content lines of a text in which no edit of the title is seen. */
function linesBesidesTitle(text: string): string[] {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  return lines.filter((line) => !/^(SUMMARY|DTSTAMP|SEQUENCE|LAST-MODIFIED)[;:]/.test(line))
}

const TITLE_AND_STAMPS = ['summary', 'etag', 'created', 'updated', 'sequence']
/** All that Google holds, occurrences and all, besides stamps, and the title: in iCalendar each exception has its own. */
const heldByGoogle = (world: TwoCalendars): object[] =>
  world.google.user
    .events()
    .map((event) => Object.fromEntries(Object.entries(event).filter(([name]) => !TITLE_AND_STAMPS.includes(name))))

/** Syncs and checks that everything was taken and that nothing is left to do. */
async function settled(world: TwoCalendars): Promise<void> {
  const { failed } = await world.sync()
  assert.deepEqual(failed, [])
  assert.deepEqual(await world.left(), [])
}

async function assertSameMeaning(world: TwoCalendars, other: TwoCalendars, side: Side): Promise<void> {
  await other.read()
  assert.deepEqual(differences(world.shows(side), other.shows(side), await world.common()), [])
}

describe('Cases of the mapping', () => {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace('.json', ''))

  for (const name of names) {
    const each = read(name)
    const text = textOf(name)
    if (each.only !== 'to Google' && each.google) {
      it(`${each.pins}: from Google to iCloud (${name})`, () => fromGoogle(each, text))
    }
    if (each.only !== 'to iCloud' && text !== undefined) {
      it(`${each.pins}: from iCloud to Google (${name})`, () => fromIcloud(each, text))
    }
  }
})

async function fromGoogle(each: Case, text: string | undefined): Promise<void> {
  const world = new TwoCalendars()
  const id = plant(world, each)
  await settled(world)
  if (each.aside !== undefined) {
    const [seen] = world.seen('left')
    assert.ok(seen?.is === 'unread')
    assert.match(seen.reason, new RegExp(each.aside))
  }
  if (each.aside !== undefined || each.notCarried === true) {
    assert.deepEqual(world.seen('right'), [])
    return
  }
  const other = new TwoCalendars()
  put(other, text!)
  await assertSameMeaning(world, other, 'right')
  assert.equal(world.google.mails, 0)
  if (each.fixed !== undefined) {
    assert.match(world.only('left').fixed ?? '', new RegExp(each.fixed))
    return
  }
  if (each.broken === true) return
  world.icloud.user.set(world.only('right').id, 'SUMMARY:Edited elsewhere')
  await settled(world)
  const edited = new TwoCalendars()
  plant(edited, each)
  edited.google.user.edit(id, { summary: 'Edited elsewhere' })
  assert.equal(world.google.user.get(id).summary, 'Edited elsewhere')
  assert.deepEqual(heldByGoogle(world), heldByGoogle(edited))
}

async function fromIcloud(each: Case, text: string): Promise<void> {
  const world = new TwoCalendars()
  const path = put(world, text)
  await settled(world)
  if (each.aside !== undefined) {
    const [seen] = world.seen('right')
    assert.ok(seen?.is === 'unread')
    assert.match(seen.reason, new RegExp(each.aside))
    assert.deepEqual(world.seen('left'), [])
    return
  }
  const other = new TwoCalendars()
  plant(other, each)
  await assertSameMeaning(world, other, 'left')
  assert.deepEqual(world.icloud.mails, [])
  if (each.fixed !== undefined) {
    assert.match(world.only('right').fixed ?? '', new RegExp(each.fixed))
    return
  }
  if (each.broken === true || each.alone === true) return
  const before = world.icloud.user.text(path)
  world.google.user.edit(world.only('left').id, { summary: 'Edited elsewhere' })
  await settled(world)
  const after = world.icloud.user.text(path)
  assert.match(after, /^SUMMARY(;[^:]*)?:Edited elsewhere/m)
  assert.deepEqual(linesBesidesTitle(after), linesBesidesTitle(before))
}
