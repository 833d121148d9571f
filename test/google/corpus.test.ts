import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fieldNames } from '../../src/event/event'
import { sameMeaning } from '../../src/event/normal'
import { HELD } from '../../src/google/holds'
import { grouped, seeGroup } from '../../src/google/series'
import { atOnce } from '../../src/google/sliced'
import type { GoogleEvent } from '../simulators/google/resource'
import { collect, heldAfter, signal, World } from './world'

/** Events from the tests of other projects, where they are at hand; odd ones on purpose. */
const CORPUS = join(__dirname, '../../../shared/data/corpus/google-json/gcal_sync')
const SURROUNDINGS = { timeZone: 'Europe/Berlin', accessRole: 'owner', defaultReminders: [10] }

/** All objects in a JSON value that look like events. */
function eventsIn(value: unknown): GoogleEvent[] {
  if (Array.isArray(value)) return value.flatMap(eventsIn)
  if (typeof value !== 'object' || value === null) return []
  const event = value as GoogleEvent
  return typeof event.id === 'string' && ('start' in value || 'status' in value)
    ? [event]
    : Object.values(value).flatMap(eventsIn)
}

describe('Events of other projects', () => {
  before(function () {
    if (!existsSync(CORPUS)) this.skip()
  })

  it('are understood or set aside, and what is understood can be written', async () => {
    let understood = 0
    for (const file of readdirSync(CORPUS)) {
      const events = eventsIn(JSON.parse(readFileSync(join(CORPUS, file), 'utf8')))
      const calendar = await new World().calendar()
      for (const seen of [...grouped(events).values()].flatMap((group) =>
        atOnce(seeGroup(group, new Map(), SURROUNDINGS)),
      )) {
        if (seen.is === 'unread') assert.match(seen.reason, /\w+ \w+/)
        if (seen.is !== 'live') continue
        assert.deepEqual(HELD.filter((name) => !(name in seen.fields)), [], file) // prettier-ignore
        const copy = heldAfter(await collect(calendar.create(seen.id, seen.fields, signal)))
        for (const name of fieldNames(seen.fields)) {
          assert.ok(
            sameMeaning(copy.fields[name], seen.fields[name]),
            `${file}: ${name} is ${JSON.stringify(copy.fields[name])}, not ${JSON.stringify(seen.fields[name])}`,
          )
        }
        understood += 1
      }
    }
    assert.ok(understood > 50, `${understood} events`)
  })
})
