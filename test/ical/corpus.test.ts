import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import fc from 'fast-check'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, fieldsFrom, isException } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { emptyValue, hashFields } from '../../src/event/normal'
import { HOLDS, IcalError, patchEvent, readEvent } from '../../src/ical'
import { anyFields, settled } from './arbitrary'
import { unfold } from '../../src/ical/line'

const CORPUS = join(__dirname, '../../../shared/data/corpus')
const floatingZone = 'Europe/Berlin'
const now = Date.UTC(2026, 0, 2, 3, 4, 5)

function icsFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ics'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** A file of many events as a server would hold it: one text per UID, each with all that is not an event. */
function resourcesOf(text: string): string[] {
  const common: string[] = []
  const byUid = new Map<string, string[]>()
  let event: string[] | undefined
  for (const line of unfold(text)) {
    if (line.toUpperCase() === 'BEGIN:VEVENT') event = []
    if (event) event.push(line)
    else common.push(line)
    if (line.toUpperCase() !== 'END:VEVENT' || event === undefined) continue
    const uid = event.find((each) => /^UID[;:]/i.test(each)) ?? ''
    byUid.set(uid, [...(byUid.get(uid) ?? []), ...event])
    event = undefined
  }
  const end = common.map((line) => line.toUpperCase()).lastIndexOf('END:VCALENDAR')
  if (end < 0 || event !== undefined) return [text]
  return [...byUid.values()].map((events) => [...common.slice(0, end), ...events, ...common.slice(end)].join('\n'))
}

const STAMPS = /^(SEQUENCE|DTSTAMP|LAST-MODIFIED|SUMMARY)[;:]/

/** The lines of the calendar besides the summary and the stamps of events. */
function unstamped(text: string): string[] {
  const open: string[] = []
  return unfold(text).filter((line) => {
    if (open.length === 0 && !/^BEGIN:/i.test(line)) return false
    if (/^BEGIN:/i.test(line)) open.push(line.toUpperCase())
    const within = open.at(-1)
    if (/^END:/i.test(line)) open.pop()
    return within !== 'BEGIN:VEVENT' || !STAMPS.test(line.toUpperCase())
  })
}

describe('The corpus of calendars', () => {
  const files = existsSync(CORPUS) ? icsFiles(CORPUS) : []
  if (files.length === 0) {
    it(`is not here (${CORPUS}), so that its files are not read`)
    return
  }
  const texts = files.flatMap((file) =>
    resourcesOf(readFileSync(file, 'utf8')).map((text, index) => ({
      name: `${relative(CORPUS, file)} ${index}`,
      text,
    })),
  )
  const readable: typeof texts = []
  const refused: { name: string; reason: string }[] = []

  it('can be read, or is refused with a reason', () => {
    for (const each of texts) {
      try {
        readEvent(each.text, { floatingZone })
        readable.push(each)
      } catch (error) {
        if (!(error instanceof IcalError)) throw new Error(`${each.name} throws ${String(error)}`, { cause: error })
        refused.push({ name: each.name, reason: error.reason })
      }
    }
    assert.ok(readable.length > refused.length, `${readable.length} read, ${refused.length} refused`)
    if (process.env.CORPUS_REPORT)
      console.log(readable.length, refused.map((each) => each.name + ' ' + each.reason).join('\n'))
  })

  it('keeps every other line when only the summary of an event changes', () => {
    assert.ok(readable.length > 0)
    for (const { name, text } of readable) {
      const before = readEvent(text, { floatingZone })
      const fields = { ...before.fields, summary: 'Changed, by us' }
      const patched = patchEvent(text, { fields, changed: ['summary'], now, floatingZone })
      assert.deepEqual(unstamped(patched), unstamped(text), name)
      assert.equal(hashFields(readEvent(patched, { floatingZone }).fields), hashFields(fields), name)
    }
  })

  it('holds what it is told to after any change', () => {
    const wishes = fc.sample(anyFields, { numRuns: readable.length, seed: 1 })
    const subsets = fc.sample(fc.subarray([...HOLDS.fields]), { numRuns: readable.length, seed: 2 })
    for (const [index, { name, text }] of readable.entries()) {
      const before = readEvent(text, { floatingZone })
      const isAlone = before.uid.includes('/')
      const wish = wishes[index]!
      const names = subsets[index]!.filter((field) => field !== 'when' || !isAlone)
      const moves = names.includes('when')
      const exceptions = moves ? fieldNames({ ...before.fields, ...wish }).filter(isException) : []
      const changed = [...names, ...exceptions]
      const wanted: Fields = {
        ...before.fields,
        ...fieldsFrom(changed.map((field) => [field, wish[field] ?? emptyFor(field, wish)])),
      }
      const patched = patchEvent(text, { fields: wanted, changed, now, floatingZone })
      const held = readEvent(patched, { floatingZone }).fields
      if (hashFields(held) !== hashFields(settled(wanted))) assert.deepEqual(held, settled(wanted), name)
      assert.equal(patchEvent(patched, { fields: wanted, changed, now, floatingZone }), patched, name)
    }
  })
})

const emptyFor = (field: Field, wish: Fields): Json => (field in wish ? null : emptyValue(field))
