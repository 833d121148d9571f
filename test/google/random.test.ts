import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Known, Live } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, fieldsFrom } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { emptyValue, sameMeaning } from '../../src/event/normal'
import { byId, FOURTH, only, readAll, SECOND, signal, THIRD, World } from './world'

const KEYS = [SECOND, THIRD, FOURTH]
const at = (hour: number, day = '2026-01-06') => ({
  dateTime: `${day}T${String(hour).padStart(2, '0')}:00:00`,
  timeZone: 'Europe/Berlin',
})
const WEEKLY = ['RRULE:FREQ=WEEKLY;BYDAY=TU']
/** Series with occurrences at these keys; a series that moves from one kind to another leaves its exceptions behind. */
const SERIES = [
  { when: { start: at(9), end: at(10), recurrence: WEEKLY }, keys: KEYS },
  { when: { start: at(9), end: at(11), recurrence: WEEKLY }, keys: KEYS },
  { when: { start: at(9), end: at(10), recurrence: ['RRULE:FREQ=DAILY'] }, keys: KEYS },
  { when: { start: at(9), end: at(10), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=20;BYDAY=TU,FR'] }, keys: KEYS },
  { when: { start: at(11), end: at(12), recurrence: WEEKLY }, keys: KEYS.map((key) => key.replace('T08', 'T10')) },
  {
    when: { start: { date: '2026-01-06' }, end: { date: '2026-01-07' }, recurrence: WEEKLY },
    keys: KEYS.map((key) => key.slice(0, 10)),
  },
  { when: { start: at(9), end: at(10), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=TU'] }, keys: [SECOND] },
  { when: { start: at(9), end: at(10) }, keys: [] },
]
const series = fc.nat({ max: SERIES.length - 1 })
const hourly = fc.nat({ max: 3 })
const text = fc.constantFrom(null, 'A', 'B', 'C')
const reminders = fc.constantFrom(null, [10], [5, 30])
const url = fc.constantFrom(null, 'https://a.example/', 'http://b.example/c?d=e')
const categories = fc.constantFrom(null, ['A'], ['A, B', 'C\\'])
const color = fc.constantFrom(null, 'gold', 'green')
const exception = fc.oneof(
  fc.constant({}),
  fc.constant(null),
  fc.record(
    {
      summary: text,
      location: text,
      reminders,
      transparency: fc.constantFrom('opaque', 'transparent'),
      url,
      categories,
      color,
    },
    { requiredKeys: [] },
  ),
  fc.record(
    { start: fc.constant(at(12, '2026-02-01')), end: fc.constant(at(14, '2026-02-01')), summary: text },
    { requiredKeys: ['start', 'end'] },
  ),
)
const fieldsOf = (kind: fc.Arbitrary<number>) =>
  fc
    .record({
      kind,
      summary: text,
      description: text,
      location: text,
      status: fc.constantFrom('confirmed', 'tentative'),
      transparency: fc.constantFrom('opaque', 'transparent'),
      visibility: fc.constantFrom('default', 'private'),
      reminders,
      url,
      categories,
      color,
      exceptions: fc.tuple(exception, exception, exception),
    })
    .map(({ exceptions, kind: chosen, ...base }) => ({
      ...base,
      when: SERIES[chosen]!.when,
      ...fieldsFrom(SERIES[chosen]!.keys.map((key, index) => [`exceptions.${key}`, exceptions[index] ?? null])),
    })) as fc.Arbitrary<Fields>
const behaviour = fc.record({
  exceptions: fc.constantFrom('follow' as const, 'keep' as const),
  movedSeries: fc.constantFrom('orphans' as const, 'resets' as const),
  virtualEtag: fc.constantFrom('master' as const, 'own' as const),
  seriesEtag: fc.constantFrom('kept' as const, 'changes' as const),
  exdates: fc.constantFrom('any' as const, 'occurrences' as const),
})

const paging = fc.record({ cancelledByUid: fc.boolean(), listsHidden: fc.boolean() })

const valueIn = (held: Fields, name: Field): Json => (name in held ? (held[name] ?? null) : emptyValue(name))

/** The fields in which an event is not yet as wanted. */
function differing(seen: Fields, wanted: Fields): Field[] {
  const names = [...new Set([...fieldNames(seen), ...fieldNames(wanted)])]
  return names.filter((name) => !sameMeaning(valueIn(seen, name), valueIn(wanted, name)))
}

/** An exception says only what differs; what it says like its series is not said. */
function reduced(wanted: Fields): Fields {
  const names = fieldNames(wanted).map((name): readonly [Field, Json] => {
    const value = wanted[name] ?? null
    if (!name.startsWith('exceptions.') || value === null) return [name, value]
    const own = Object.entries(value as Record<string, Json>)
    return [
      name,
      Object.fromEntries(
        own.filter(([each, said]) => !sameMeaning(said, wanted[each as Field] ?? emptyValue(each as Field))),
      ),
    ]
  })
  return fieldsFrom(names.filter(([name, value]) => !name.startsWith('exceptions.') || !sameMeaning(value, {})))
}

describe('Google provider: any series', () => {
  it('holds what it is told to hold, however the service treats exceptions', async () => {
    await fc.assert(
      fc.asyncProperty(
        behaviour,
        paging,
        fc.array(fieldsOf(series), { minLength: 2, maxLength: 5 }),
        async (how, listing, states) => {
          const calendar = await new World({ behaviour: how, paging: listing }).calendar()
          let known: Known = new Map()
          const readAgain = async (): Promise<Live> => {
            const read = await calendar.read(null, known, signal)
            if (read.seen.length > 0) known = byId(read.seen)
            return [...known.values()][0] as Live
          }
          const [first = {}, ...rest] = states
          for await (const answer of calendar.create('u', first, signal)) assert.ok('holds' in answer)
          assert.deepEqual((await readAgain()).fields, reduced(first))
          for (const wanted of rest) {
            const seen = await readAgain()
            const changed = differing(seen.fields, wanted)
            let last: Live = seen
            const wrote = new Set<Field>()
            for await (const answer of calendar.update(seen, wanted, changed, signal)) {
              assert.ok('holds' in answer && answer.holds.is === 'live')
              last = answer.holds
              for (const name of answer.wrote) wrote.add(name)
            }
            known = byId([last])
            assert.deepEqual([...wrote].sort(), [...changed].sort())
            assert.deepEqual(last.fields, reduced(wanted))
            assert.deepEqual((await readAgain()).fields, last.fields)
            assert.deepEqual(only(await readAll(calendar)).fields, last.fields)
          }
        },
      ),
      { numRuns: 100, seed: 7 },
    )
  })

  it("overwrites nobody's edit of an occurrence, whatever is written meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(
        behaviour,
        fieldsOf(hourly),
        fieldsOf(hourly),
        fc.constantFrom(...KEYS),
        async (how, first, wanted, key) => {
          const world = new World({ behaviour: how })
          const calendar = await world.calendar()
          for await (const answer of calendar.create('u', first, signal)) assert.ok('holds' in answer)
          const seen = only(await readAll(calendar))
          const { user } = world.simulator
          const id = user.instanceId(seen.id, key)
          if (!user.has(id) || user.get(id).status === 'cancelled') return
          user.edit(id, { description: 'Theirs' })
          const changed = differing(seen.fields, wanted)
          try {
            for await (const answer of calendar.update(seen, wanted, changed, signal)) assert.ok('holds' in answer)
          } catch (error) {
            assert.ok(error instanceof ProviderError && error.code === 'stale')
          }
          assert.deepEqual([user.get(id).description, user.get(id).status === 'cancelled'], ['Theirs', false])
        },
      ),
      { numRuns: 60, seed: 11 },
    )
  })
})
