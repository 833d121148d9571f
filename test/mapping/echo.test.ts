import assert from 'node:assert/strict'
import type { Patch } from '../simulators/google/resource'
import { PLAIN } from '../simulators/caldav'
import { TwoCalendars } from './two-calendars'

const at = (clock: string): Patch => ({ dateTime: `2026-06-16T${clock}:00`, timeZone: 'Europe/Berlin' })
const EVENT: Patch = { summary: 'A', description: 'One;\nTwo & <three>', start: at('10:00'), end: at('11:00') }
const SERIES: Patch = { ...EVENT, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU'] }
const SECOND = '2026-06-23T08:00:00Z'

/** An event of Google, with one occurrence moved and one cancelled if it recurs, copied to iCloud. */
async function copied(event: Patch): Promise<{ world: TwoCalendars; id: string; path: string }> {
  const world = new TwoCalendars()
  const id = world.google.user.create(event).id!
  if (event.recurrence) {
    world.google.user.edit(world.google.user.instanceId(id, SECOND), { location: 'B' })
    world.google.user.delete(world.google.user.instanceId(id, '2026-06-30T08:00:00Z'))
  }
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  return { world, id, path: world.only('right').id }
}

/** What a server does to an event on its own. */
const ofIcloud: [what: string, change: (text: string) => string][] = [
  ['gives it another ETag', (text) => text],
  ['folds its lines elsewhere', (text) => text.replace(/\r\n[ \t]/g, '').replace(/^(.{20})(?=.)/gm, '$1\r\n ')],
  ['ends lines with a line feed alone', (text) => text.replaceAll('\r\n', '\n')],
  ['puts the properties in another order', reordered],
  ['adds stamps and its own properties', (text) => text.replaceAll('END:VEVENT', 'DTSTAMP:20260601T000000Z\r\nX-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nEND:VEVENT')], // prettier-ignore
  ['names the time zone in quotes', (text) => text.replaceAll('TZID=Europe/Berlin', 'TZID="Europe/Berlin"')],
  ['tells times in UTC that are an excluded date', (text) => text.replace(/EXDATE.*/, 'EXDATE:20260630T080000Z')],
  ['escapes less than it should', (text) => text.replaceAll('\\;', ';')],
  ['drops our mark', (text) => text.replace(/\r\n[ \t]/g, '').replace(/X-CALSYNC.*\r\n/g, '')],
  ['rings and snoozes an alarm', (text) => text.replace(/(?=END:VALARM)/, 'ACKNOWLEDGED:20260616T080000Z\r\n')],
  ['drops what is the default', (text) => text.replace(/(TRANSP:OPAQUE|STATUS:CONFIRMED)\r\n/g, '')],
]

function reordered(text: string): string {
  return text.replace(/\r\n[ \t]/g, '').replace(/BEGIN:VEVENT\r\n([^]*?)((?:BEGIN:VALARM[^]*?)?END:VEVENT)/g, (_, lines: string, rest: string) => `BEGIN:VEVENT\r\n${lines.split('\r\n').filter(Boolean).reverse().join('\r\n')}\r\n${rest}`) // prettier-ignore
}

describe('After a sync, the next run plans nothing though iCloud', () => {
  for (const [what, change] of ofIcloud) {
    it(what, async () => {
      for (const event of [EVENT, SERIES]) {
        const { world, path } = await copied(event)
        const before = world.icloud.user.text(path)
        world.icloud.user.rewrite(path, change)
        assert.deepEqual(await world.left(), [])
        if (event === SERIES && what !== 'gives it another ETag') assert.notEqual(world.icloud.user.text(path), before)
      }
    })
  }
})

const ofGoogle: [what: string, patch: Patch][] = [
  ['gives it another ETag', {}],
  ['turns its description into HTML', { description: 'One;<br>Two &amp; &lt;three&gt;' }],
  ['wraps its description in elements', { description: '<html-blob>One;<br/>Two &amp; &lt;three&gt;</html-blob>' }],
  ['shows its times with another offset', { start: { ...at('10:00'), dateTime: '2026-06-16T08:00:00Z' } }],
  ['adds a link to a meeting', { hangoutLink: 'https://meet.google.com/a', conferenceData: { conferenceId: 'a' } }],
  ['adds properties of another program', { extendedProperties: { private: { other: '1' } } }],
  ['attaches a file', { attachments: [{ fileUrl: 'https://drive.google.com/1', title: 'A' }] }],
]

describe('After a sync, the next run plans nothing though Google', () => {
  for (const [what, patch] of ofGoogle) {
    it(what, async () => {
      for (const event of [EVENT, SERIES]) {
        const { world, id } = await copied(event)
        const { etag: _, ...stored } = world.google.user.get(id)
        world.google.user.plant({ ...stored, ...patch })
        assert.deepEqual(await world.left(), [])
      }
    })
  }

  it('tells the rule of a series in another order, and its dates in another zone', async () => {
    const { world, id } = await copied(SERIES)
    const { etag: _, ...stored } = world.google.user.get(id)
    world.google.user.plant({ ...stored, recurrence: ['RRULE:BYDAY=TU;WKST=MO;FREQ=WEEKLY;INTERVAL=1;COUNT=4'] })
    assert.deepEqual(await world.left(), [])
  })
})

describe('After a sync that creates in both directions, the next runs plan nothing', () => {
  it('though a server writes texts anew under the ETag that it answers, and an app edits them later', async () => {
    const world = new TwoCalendars({}, { ...PLAIN, rewrites: 'defaults' })
    const id = world.google.user.create({ ...EVENT, location: ' Bar' }).id!
    const edits = [() => {}, () => void world.google.user.edit(id, { location: ' Inn' })]
    for (const [at, edit] of edits.entries()) {
      edit()
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      const copy = world.only('right').id
      assert.match(world.icloud.user.text(copy), /LOCATION:\S[^]*CLASS:PUBLIC/)
      const before = world.google.user.events()[0]
      world.icloud.user.rewrite(copy, (text) => text.replace(/SUMMARY:.*/, `SUMMARY:Edited ${at}`))
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      const { location, visibility, summary } = world.google.user.events()[0] ?? {}
      assert.deepEqual([location, visibility, summary], [before?.location, undefined, `Edited ${at}`])
    }
  })

  it('though iCloud rewrites what it gets and never says which version it holds', async () => {
    for (const rewrites of ['nothing', 'stamps', 'alarm'] as const) {
      const world = new TwoCalendars({}, { rewrites, etagAfterPut: false })
      for (const event of [EVENT, SERIES, { ...EVENT, reminders: { useDefault: true } }])
        world.google.user.create(event)
      const lines = ['DTSTART:20260616T100000Z', 'DTEND:20260616T110000Z', 'SUMMARY:B']
      world.icloud.user.add(world.icloud.calendar, lines)
      assert.deepEqual((await world.sync()).failed, [])
      for (let run = 0; run < 3; run += 1) assert.deepEqual((await world.sync()).planned, [])
    }
  })
})

describe('A text that a server made another of under the ETag that it answered', () => {
  /** A server that writes titles in capitals and has no colours, with an event of Google's that was renamed there. */
  async function rewritten(): Promise<{ world: TwoCalendars; id: string; path: string }> {
    const world = new TwoCalendars({}, { ...PLAIN, rewrites: 'capitals' })
    const id = world.google.user.create({ ...EVENT, summary: 'Dinner', colorId: '11' }).id!
    assert.deepEqual((await world.sync()).failed, [])
    world.google.user.edit(id, { summary: 'Supper' })
    assert.deepEqual((await world.sync()).failed, [])
    const path = world.only('right').id
    assert.match(world.icloud.user.text(path), /SUMMARY:SUPPER/)
    return { world, id, path }
  }

  const isAsItWas = (world: TwoCalendars, id: string): void => {
    const { summary, colorId } = world.google.user.get(id)
    assert.deepEqual([summary, colorId], ['Supper', '11'])
  }

  it('is no edit in the next runs, nor where it is read for another reason', async () => {
    const { world, id, path } = await rewritten()
    assert.deepEqual(await world.left(), [])
    world.icloud.user.rewrite(path, (text) => text.replace(/DESCRIPTION:[^]*?\r\n(?! )/, 'DESCRIPTION:More\r\n'))
    const { planned } = await world.sync()
    assert.deepEqual(
      planned.map(({ to, changed }) => [to, ...changed]),
      [['left', 'description']],
    )
    assert.deepEqual(await world.left(), [])
    isAsItWas(world, id)
  })

  for (const what of ['agreement', 'replicas', 'all'] as const) {
    it(`is no edit and makes no question when this is lost: ${what}`, async () => {
      const { world, id } = await rewritten()
      world.forget(what)
      const left = await world.left()
      assert.ok(!left.some((step) => step.startsWith('ask') || step.includes(' left ')), left.join())
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      isAsItWas(world, id)
    })
  }

  it('is no edit where an event of the server’s own was renamed on Google', async () => {
    const world = new TwoCalendars({}, { ...PLAIN, rewrites: 'capitals' })
    const lines = ['DTSTART:20260616T100000Z', 'DTEND:20260616T110000Z', 'SUMMARY:Lunch']
    world.icloud.user.add(world.icloud.calendar, lines)
    assert.deepEqual((await world.sync()).failed, [])
    const id = world.only('left').id
    world.google.user.edit(id, { summary: 'Brunch' })
    assert.deepEqual((await world.sync()).failed, [])
    assert.match(world.icloud.user.text(world.only('right').id), /SUMMARY:BRUNCH/)
    assert.deepEqual(await world.left(), [])
    world.forget('replicas')
    assert.deepEqual(await world.left(), [])
    assert.equal(world.google.user.get(id).summary, 'Brunch')
  })
})
