import assert from 'node:assert/strict'
import { completed, patchEvent, readEvent, writeEvent } from '../../src/ical'
import { refusalOf } from '../simulators/caldav/validation'
import { googleFiles, isHere, resources } from './corpus'
import { icsOccurrences } from './ics-occurrences'
import type { Occurrence } from './occurrences'
import { googleOccurrences } from './occurrences'
import { defectOf } from './defects'
import { differences, TwoCalendars } from './two-calendars'

const ZONE = 'Europe/Berlin'
type Verdict = {
  /** `broken`: the text does not say when the event takes place, so that nobody could know. */
  readonly is: 'equal' | 'broken' | 'set aside' | 'wrong'
  readonly why?: string
  readonly defect?: string
  /** Whether the occurrences of three years were compared. */
  readonly compared?: number
  /** Whether an edit of the copy was written back, and if not why. */
  readonly edited?: string
}

const timeText = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : `no time (${at})`)

const asText = (all: readonly Occurrence[]): string[] =>
  all.map(({ start, end, allDay }) => `${timeText(start)} - ${timeText(end)}${allDay ? ' day' : ''}`)

/** The occurrences that only one of two has, a few of them. */
function differing(one: readonly Occurrence[], other: readonly Occurrence[]): string | undefined {
  const [a, b] = [asText(one), asText(other)]
  const only = [...a.filter((each) => !b.includes(each)), ...b.filter((each) => !a.includes(each))]
  return only.length === 0 ? undefined : `occurrences: ${only.slice(0, 4).join(', ')}`
}

const allOf = (world: TwoCalendars) => [...world.google.calendar().events.values()].map(({ event }) => event)

/** Carries one resource to Google and back, and edits its copy. */
async function carriedFromIcloud(text: string): Promise<Verdict> {
  const world = new TwoCalendars({}, { schedules: false, rewrites: 'nothing' })
  const path = world.icloud.user.addText(world.icloud.calendar, text, 'case.ics')
  const { failed } = await world.sync()
  const [seen] = world.seen('right')
  if (seen?.is === 'unread') {
    // What the reader does not support is no fault of the text, whatever else is wrong with it.
    const defect = seen.reason.includes('not supported') ? undefined : defectOf(text)
    return defect === undefined ? { is: 'set aside', why: seen.reason } : { is: 'broken', why: seen.reason, defect }
  }
  if (failed[0]) return { is: 'set aside', why: failed[0].message }
  const [notCarried] = await world.notCarried()
  if (notCarried !== undefined) return { is: 'set aside', why: notCarried }
  const next = await world.left()
  if (next.length > 0) return { is: 'wrong', why: `the next run would: ${next.join('; ')}` }
  const [here, there] = [world.shows('right'), world.only('left').fields]
  const common = await world.common()
  // Google keeps no exclusion of what does not occur; that nothing is lost by it shows below.
  const [difference] = differences(here, there, common).filter(
    (each) => !/^exceptions\.[^ ]+ null is not \{\}$/.test(each),
  )
  if (difference !== undefined) return { is: 'wrong', why: difference }
  const written = writeEvent({ uid: 'back', fields: there, now: Date.UTC(2026, 5, 1) })
  const refusal = refusalOf(written)
  if (refusal) return { is: 'wrong', why: `iCloud would not take it back: ${refusal.why}` }
  const [lost] = differences(readEvent(written, { floatingZone: ZONE }).fields, there, common)
  if (lost !== undefined) return { is: 'wrong', why: `back: ${lost}` }
  const expected = icsOccurrences(text, ZONE)
  if (expected) {
    const odd = differing(expected, googleOccurrences(allOf(world), ZONE))
    if (odd !== undefined) return { is: 'wrong', why: odd }
  }
  const edited = await editedInGoogle(world, path)
  if (edited.startsWith('wrong')) return { is: 'wrong', why: edited }
  return { is: 'equal', edited, ...(expected && { compared: expected.length }) }
}

const STAMPS = /^(SUMMARY|DTSTAMP|SEQUENCE|LAST-MODIFIED|CREATED)\b/i
const unfolded = (text: string): string[] =>
  text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '').split('\n').filter((line) => line !== '' && !STAMPS.test(line)) // prettier-ignore

async function editedInGoogle(world: TwoCalendars, path: string): Promise<string> {
  const { fixed } = world.only('right')
  if (fixed !== undefined) return fixed
  const before = world.icloud.user.text(path)
  world.google.user.edit(world.only('left').id, { location: 'Edited elsewhere' })
  const { failed } = await world.sync()
  if (failed[0]) return `${failed[0].message} ${refusalOf(completed(patched(before), ZONE))?.why ?? ''}`
  const next = await world.left()
  if (next.length > 0) return `wrong: after an edit the next run would: ${next.join('; ')}`
  if (world.only('right').fields.location !== 'Edited elsewhere') return 'wrong: the edit did not arrive'
  const after = unfolded(world.icloud.user.text(path))
  // A text that the server does not take as it stands is completed: it loses lines that no server takes.
  const isCompleted = refusalOf(patched(before)) !== undefined
  const expected = unfolded(isCompleted ? completed(before, ZONE) : before)
  const lost = expected.filter(
    (line) => !after.includes(line) && !/^(LOCATION|X-APPLE|X-MICROSOFT-LOCATION|GEO)/i.test(line),
  )
  if (lost.length > 0) return `wrong: the edit lost ${lost.slice(0, 2).join(' / ')}`
  return isCompleted ? 'written, in a text that was completed' : 'written'
}

/** A text as an update would send it, whatever it changes. */
const patched = (text: string): string =>
  patchEvent(text, { fields: { location: 'Edited elsewhere' }, changed: ['location'], now: 0, floatingZone: ZONE })

/** How often each of these occurs, the most frequent first. */
function counted(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

function report(title: string, verdicts: readonly (readonly [string, Verdict])[]): void {
  const of = (is: Verdict['is']) => verdicts.filter(([, verdict]) => verdict.is === is)
  const compared = verdicts.flatMap(([, { compared: count }]) => count ?? [])
  const edits = counted(verdicts.flatMap(([, { edited }]) => edited ?? []))
  const defects = counted(of('broken').flatMap(([, { defect }]) => defect ?? []))
  const list = [...of('broken'), ...of('set aside'), ...of('wrong')].map(
    ([name, { is, why }]) => `      ${is}: ${name}: ${why}`,
  )
  const occurrences = compared.reduce((sum, each) => sum + each, 0)
  console.log(
    [
      `    ${title}: ${of('equal').length} equal in meaning, ${of('set aside').length} set aside, ${of('wrong').length} wrong; ${of('broken').length} more do not say when they are`,
      ...defects.map(([defect, count]) => `    ${count} do not say when: ${defect}`),
      `    ${occurrences} occurrences of ${compared.length} events compared with another reader`,
      ...edits.map(([edited, count]) => `    ${count} edits of the copy: ${edited}`),
      ...list,
    ].join('\n'),
  )
}

describe('The corpus, to the other calendar and back', () => {
  before(function () {
    if (!isHere()) this.skip()
  })

  it('keeps the meaning of every iCalendar file, or sets it aside with a reason', async () => {
    const verdicts: [string, Verdict][] = []
    for (const { name, text } of resources()) verdicts.push([name, await carriedFromIcloud(text)])
    report('iCalendar', verdicts)
    const readable = verdicts.filter(([, { is }]) => is !== 'broken').length
    assert.deepEqual(verdicts.filter(([, { is }]) => is === 'wrong'), []) // prettier-ignore
    assert.ok(verdicts.filter(([, { is }]) => is === 'set aside').length <= 0.02 * readable)
  })

  it('keeps the meaning of every Google event, or sets it aside with a reason', async () => {
    const verdicts: [string, Verdict][] = []
    for (const { name, events } of googleFiles()) {
      const world = new TwoCalendars()
      for (const event of events) world.google.user.plant(event)
      const { failed } = await world.sync()
      const next = await world.left()
      for (const seen of world.seen('left')) {
        const copy = world.live('right').find(({ uid }) => uid === seen.uid)
        const failure = failed.find(({ uid }) => uid === seen.uid)
        if (seen.is === 'unread') verdicts.push([name, { is: 'set aside', why: seen.reason }])
        else if (failure) verdicts.push([name, { is: 'set aside', why: failure.message }])
        else if (next.length > 0) verdicts.push([name, { is: 'wrong', why: next.join('; ') }])
        else if (seen.is === 'live' && copy) {
          const [difference] = differences(seen.fields, copy.fields, await world.common())
          const own = allOf(world).filter(({ id, recurringEventId }) => id === seen.id || recurringEventId === seen.id)
          const expected = icsOccurrences(world.icloud.user.text(copy.id), ZONE) ?? []
          const isRepaired = own.some(({ recurrence }) => recurrence?.some((line) => line.startsWith('RRULE:DATE')))
          const odd = isRepaired || own[0]?.recurringEventId ? undefined : differing(expected, googleOccurrences(own, ZONE)) // prettier-ignore
          const why = difference ?? odd
          verdicts.push([name, why === undefined ? { is: 'equal', compared: expected.length } : { is: 'wrong', why }])
        } else if (seen.is === 'live' && seen.kind === undefined) {
          verdicts.push([name, { is: 'wrong', why: 'it was not carried' }])
        }
      }
    }
    report('Google', verdicts)
    assert.deepEqual(verdicts.filter(([, { is }]) => is === 'wrong'), []) // prettier-ignore
  })
})
