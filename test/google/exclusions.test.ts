import assert from 'node:assert/strict'
import type { Exception, ExceptionField, Field, Fields } from '../../src/event/event'
import { exceptionField, fieldNames, fieldsFrom, originalStart } from '../../src/event/event'
import { holds } from '../../src/google/holds'
import type { Behaviour } from '../simulators/google/write'
import { byId, collect, DENTIST, heldAfter, only, readAll, signal, World } from './world'

const HOUR = (hour: string) => ({ dateTime: `2026-01-06T${hour}:00:00`, timeZone: 'Europe/Berlin' })
const daily = (rule: string, hour = '09'): Fields => ({
  ...DENTIST,
  when: { start: HOUR(hour), end: HOUR('23'), recurrence: [rule] },
})
/** Keys of the days after the first of a daily series at 09:00, all in the winter half unless there are many. */
const keys = (count: number, clock = '09:00'): ExceptionField[] =>
  Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.UTC(2026, 0, 7 + index)).toISOString().slice(0, 10)
    const isSummer = day >= '2026-03-29' && day < '2026-10-25'
    const at = new Date(`${day}T${clock}:00${isSummer ? '+02:00' : '+01:00'}`)
    return exceptionField(`${at.toISOString().slice(0, 19)}Z`)
  })
const all = (names: readonly Field[], value: Exception): Fields => fieldsFrom(names.map((name) => [name, value]))

const BEHAVIOURS: Partial<Behaviour>[] = [
  { exdates: 'occurrences', movedSeries: 'orphans' },
  { exdates: 'occurrences', movedSeries: 'resets', virtualEtag: 'own', seriesEtag: 'changes' },
]

async function made(fields: Fields, behaviour: Partial<Behaviour> = {}) {
  const world = new World({ behaviour })
  const calendar = await world.calendar()
  const answers = await collect(calendar.create('u', fields, signal))
  const requests = world.simulator.takeRequests()
  const seen = heldAfter(answers)
  const update = async (wanted: Fields, changed: readonly Field[]) => {
    const held = heldAfter(await collect(calendar.update(seen, wanted, changed, signal)))
    return { held, requests: world.simulator.takeRequests().length }
  }
  return { world, calendar, answers, requests, seen, update, user: world.simulator.user }
}

describe('Google provider: what a series excludes', () => {
  for (const behaviour of BEHAVIOURS) {
    describe(`where a series that changes ${behaviour.movedSeries === 'resets' ? 'forgets' : 'keeps'} its exceptions`, () => {
      it('goes with the insert: a series with 400 excluded occurrences takes one request', async () => {
        const fields = { ...daily('RRULE:FREQ=DAILY'), ...all(keys(400), null) }
        const { calendar, requests, seen, answers } = await made(fields, behaviour)
        assert.equal(requests.length, 1)
        assert.deepEqual(seen.fields, fields)
        assert.deepEqual(new Set(answers.flatMap(({ wrote }) => wrote)), new Set(Object.keys(fields)))
        const read = await readAll(calendar)
        assert.deepEqual(only(read), seen)
        const again = await calendar.read(read.position, byId(read.seen), signal)
        assert.deepEqual(again.seen, [])
      })

      it('is recognised when an earlier create had come through', async () => {
        const fields = { ...daily('RRULE:FREQ=DAILY'), ...all(keys(40), null) }
        const { world, calendar, user } = await made(fields, behaviour)
        const answers = await collect(calendar.create('u', fields, signal))
        assert.deepEqual(heldAfter(answers).fields, fields)
        assert.ok(world.simulator.takeRequests().length <= 4)
        assert.equal(user.events().length, 1)
      })

      it('is all that a series had: Google takes none without an occurrence, so that one is cancelled afterwards', async () => {
        const first: Field = 'exceptions.2026-01-06T08:00:00Z'
        const fields = { ...daily('RRULE:FREQ=DAILY;COUNT=30'), ...all([first, ...keys(29)], null) }
        const { calendar, requests } = await made(fields, behaviour)
        assert.equal(requests.filter((each) => each.startsWith('POST')).length, 2)
        assert.ok(requests.length <= 5)
        assert.deepEqual(only(await readAll(calendar)).fields, fields)
      })

      it('is written by its series where many occurrences are cancelled at once, beside those that are cancelled already', async () => {
        const before = daily('RRULE:FREQ=DAILY')
        const { world, calendar, seen, user } = await made(before, behaviour)
        const [one, ...others] = keys(300) as [ExceptionField, ...ExceptionField[]]
        const id = user.instanceId(seen.id, originalStart(one))
        user.delete(id)
        const now = only(await readAll(calendar))
        world.simulator.takeRequests()
        const wanted = { ...before, ...all([one, ...others], null) }
        const held = heldAfter(await collect(calendar.update(now, wanted, others, signal)))
        assert.ok(world.simulator.takeRequests().length <= 8)
        assert.deepEqual(held.fields, wanted)
        assert.deepEqual(only(await readAll(calendar)).fields, wanted)
        assert.equal(user.get(id).status, 'cancelled')
      })

      it('leaves the series alone where an occurrence was changed, which it might forget', async () => {
        const changed = keys(12)[11]!
        const before = { ...daily('RRULE:FREQ=DAILY'), [changed]: { location: 'Hall' } }
        const { update, user, seen } = await made(before, behaviour)
        const cancelled = keys(10)
        const id = user.instanceId(seen.id, originalStart(changed))
        const version = user.get(id).etag
        const { held, requests } = await update({ ...before, ...all(cancelled, null) }, cancelled)
        // One each, or three where only a look tells the version of an occurrence.
        assert.equal(requests, behaviour.virtualEtag === 'own' ? 30 : 10)
        assert.deepEqual(held.fields, { ...before, ...all(cancelled, null) })
        assert.equal(user.get(id).etag, version)
      })

      it('moves with its series in one write', async () => {
        const before = { ...daily('RRULE:FREQ=DAILY'), ...all(keys(200), null) }
        const wanted = { ...daily('RRULE:FREQ=DAILY', '11'), ...all(keys(200, '11:00'), null) }
        const { calendar, update } = await made(before, behaviour)
        const changed: Field[] = ['when', ...keys(200), ...keys(200, '11:00')]
        const { held, requests } = await update({ ...wanted, ...all(keys(200), {}) }, changed)
        assert.ok(requests <= 4)
        assert.deepEqual(held.fields, wanted)
        assert.deepEqual(only(await readAll(calendar)).fields, wanted)
      })

      it('may come back, all of it or one', async () => {
        const before = { ...daily('RRULE:FREQ=DAILY'), ...all(keys(100), null) }
        const [one, ...others] = keys(100) as [ExceptionField, ...ExceptionField[]]
        for (const back of [[one], keys(100)]) {
          const { calendar, update } = await made(before, behaviour)
          const wanted = { ...daily('RRULE:FREQ=DAILY'), ...all(back.length === 1 ? others : [], null) }
          const { held, requests } = await update({ ...wanted, ...all(back, {}) }, back)
          assert.ok(requests <= 4)
          assert.deepEqual(held.fields, wanted)
          assert.deepEqual(only(await readAll(calendar)).fields, wanted)
        }
      })

      it('comes back without those that were cancelled one by one', async () => {
        const [first, second] = keys(2) as [ExceptionField, ExceptionField]
        const { calendar, user, seen, world } = await made({ ...daily('RRULE:FREQ=DAILY'), [first]: null }, behaviour)
        user.delete(user.instanceId(seen.id, originalStart(second)))
        const now = only(await readAll(calendar))
        world.simulator.takeRequests()
        const wanted = { ...now.fields, [first]: {} }
        const held = heldAfter(await collect(calendar.update(now, wanted, [first], signal)))
        assert.deepEqual(held.fields, { ...daily('RRULE:FREQ=DAILY'), [second]: null })
        assert.deepEqual(only(await readAll(calendar)).fields, held.fields)
      })

      it('is a date of which only Google knows whether it is an occurrence', async () => {
        const start = { date: '2026-02-23' }
        const rule = 'RRULE:FREQ=YEARLY;BYWEEKNO=9;BYDAY=MO'
        const when = { start, end: { date: '2026-02-24' }, recurrence: [rule] }
        for (const [dates, expected] of [
          [['2027-03-01', '2028-02-28'], 1],
          [['2027-03-01', '2027-03-02'], 2],
        ] as const) {
          const names = dates.map((date): Field => `exceptions.${date}`)
          const { calendar, requests } = await made({ ...DENTIST, when, ...all(names, null) }, behaviour)
          assert.equal(requests.filter((each) => each.startsWith('POST')).length, expected)
          const held = only(await readAll(calendar)).fields
          assert.equal(held[names[0]!], null)
        }
      })
    })
  }
})

describe('Google provider: how many requests a write takes', () => {
  const [a, b, c, d] = keys(400) as [ExceptionField, ExceptionField, ExceptionField, ExceptionField]
  const series = daily('RRULE:FREQ=DAILY')
  const writes: [what: string, fields: Fields, changed: Field[], requests: number][] = [
    ['a new event', DENTIST, fieldNames(DENTIST), 1],
    ['a new series with all that it excludes', { ...series, ...all(keys(400), null) }, [...fieldNames(series), ...keys(400)], 1], // prettier-ignore
    ['a new series with two occurrences of their own', { ...series, [a]: null, [b]: { summary: 'x' }, [c]: { summary: 'y' } }, [...fieldNames(series), a, b, c], 3], // prettier-ignore
    ['a title', DENTIST, ['summary'], 1],
    ['three occurrences', { ...series, [a]: null, [b]: null, [d]: { summary: 'x' } }, [a, b, d], 3],
    ['many that are cancelled', { ...series, ...all(keys(300), null) }, keys(300), 1],
  ]
  for (const [what, fields, changed, requests] of writes) {
    it(`is told for ${what}: ${requests}`, () => assert.equal(holds.requests?.(fields, changed), requests))
  }
})
