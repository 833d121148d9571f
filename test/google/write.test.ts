import assert from 'node:assert/strict'
import type { ProviderError } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import type { Behaviour } from '../simulators/google/write'
import { CHOIR, collect, DENTIST, FOURTH, heldAfter, only, readAll, SECOND, signal, THIRD, World } from './world'

const code = (expected: string) => (error: unknown) => (error as ProviderError).code === expected

async function withSeries(fields: Fields, behaviour: Partial<Behaviour> = {}) {
  const world = new World({ behaviour })
  const calendar = await world.calendar()
  const seen = heldAfter(await collect(calendar.create('u', fields, signal)))
  world.simulator.takeRequests()
  const update = async (wanted: Fields, changed: readonly Field[]) => {
    const answers = await collect(calendar.update(seen, { ...seen.fields, ...wanted }, changed, signal))
    return { answers, requests: world.simulator.takeRequests() }
  }
  return { world, calendar, seen, update, user: world.simulator.user }
}

describe('Google provider: create', () => {
  it('takes one request for a single event, under the id that follows from its uid', async () => {
    const { calendar, seen, world } = await withSeries(DENTIST)
    assert.equal(seen.id, calendar.idFor('u'))
    const stored = world.simulator.user.get(seen.id)
    assert.equal(stored.iCalUID, `${seen.id}@google.com`)
    assert.deepEqual(seen.fields, DENTIST)
    assert.deepEqual(only(await readAll(calendar)), seen)
    assert.deepEqual(seen.mark, { uid: 'u', bearer: seen.id, wrote: hashFields(DENTIST) })
    assert.equal(world.simulator.mails, 0)
  })

  it('takes one request more for each occurrence that differs, none for those that are cancelled, and answers each on its own', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const fields: Fields = { ...CHOIR, [`exceptions.${SECOND}`]: null, [`exceptions.${THIRD}`]: { summary: 'Concert' } }
    const answers = await collect(calendar.create('u', fields, signal))
    assert.equal(world.simulator.takeRequests().length, 2)
    assert.deepEqual(
      answers.slice(1).map(({ wrote }) => wrote),
      [[`exceptions.${SECOND}`], [`exceptions.${THIRD}`]],
    )
    assert.deepEqual(heldAfter(answers.slice(0, 1)).fields, { ...CHOIR, [`exceptions.${SECOND}`]: null })
    assert.deepEqual(heldAfter(answers).fields, fields)
  })

  it('adopts what an earlier create had made whose answer was lost', async () => {
    const { world, calendar } = await withSeries(DENTIST)
    const answers = await collect(calendar.create('u', DENTIST, signal))
    assert.equal(world.simulator.takeRequests().filter((each) => !each.startsWith('GET')).length, 1)
    assert.deepEqual(heldAfter(answers).fields, DENTIST)
    assert.equal(world.simulator.user.events().length, 1)
  })

  it('adopts a series with what is cancelled of it, where no query finds that', async () => {
    const world = new World({ paging: { cancelledByUid: false } })
    const calendar = await world.calendar()
    const fields: Fields = { ...CHOIR, [`exceptions.${SECOND}`]: null, [`exceptions.${THIRD}`]: { summary: 'Concert' } }
    await collect(calendar.create('u', fields, signal))
    assert.deepEqual(heldAfter(await collect(calendar.create('u', fields, signal))).fields, fields)
    const revived = { ...CHOIR, [`exceptions.${THIRD}`]: { summary: 'Concert' } }
    assert.deepEqual(heldAfter(await collect(calendar.create('u', revived, signal))).fields, revived)
    assert.deepEqual(only(await readAll(calendar)).fields, revived)
  })

  it('brings what it adopts to hold the fields, exceptions and all', async () => {
    const before: Fields = { ...CHOIR, [`exceptions.${SECOND}`]: { summary: 'Old' } }
    const { world, calendar } = await withSeries(before)
    const wanted: Fields = { ...CHOIR, summary: 'Band', [`exceptions.${THIRD}`]: null }
    const answers = await collect(calendar.create('u', wanted, signal))
    assert.deepEqual(heldAfter(answers).fields, wanted)
    assert.deepEqual(only(await readAll(calendar)).fields, wanted)
    assert.equal(
      world.simulator.user.events().filter(({ recurringEventId }) => recurringEventId === undefined).length,
      1,
    )
  })

  it('takes the next generation of the id where a deleted event keeps it, or another bears it', async () => {
    const { calendar, seen, world, user } = await withSeries(DENTIST)
    await collect(calendar.delete(seen, signal))
    const second = heldAfter(await collect(calendar.create('u', DENTIST, signal)))
    assert.notEqual(second.id, seen.id)
    assert.equal(second.uid, 'u')
    user.edit(second.id, { extendedProperties: { private: { calsyncUid: 'another' } } })
    const third = heldAfter(await collect(calendar.create('u', DENTIST, signal)))
    assert.equal(new Set([seen.id, second.id, third.id]).size, 3)
    assert.equal(world.simulator.mails, 0)
  })

  it('makes no second event when Google does not show the first one yet', async () => {
    const { calendar, world, seen } = await withSeries(DENTIST)
    world.simulator.interfere = (stage, { method, url }) =>
      stage === 'before' && method === 'GET' && url.pathname.endsWith(seen.id)
        ? new Response('{}', { status: 404 })
        : undefined
    await assert.rejects(() => collect(calendar.create('u', DENTIST, signal)), code('unreachable'))
    assert.equal(world.simulator.user.events().length, 1)
  })

  it('says what Google refuses, for that one occurrence, after the others are written', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const fields: Fields = {
      ...CHOIR,
      'exceptions.2026-01-14T08:00:00Z': { summary: 'No choir day' },
      [`exceptions.${THIRD}`]: null,
    }
    const answers: Field[] = []
    const work = async () => {
      for await (const answer of calendar.create('u', fields, signal)) answers.push(...answer.wrote)
    }
    await assert.rejects(work, code('refused'))
    assert.ok(answers.includes(`exceptions.${THIRD}`))
  })

  it('has nothing to do for a cancelled occurrence that the series never has', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const fields: Fields = { ...CHOIR, 'exceptions.2026-01-14T08:00:00Z': null }
    const answers = await collect(calendar.create('u', fields, signal))
    assert.deepEqual(answers.at(-1)?.wrote, ['exceptions.2026-01-14T08:00:00Z'])
    assert.equal(world.simulator.takeRequests().length, 1)
  })
})

describe('Google provider: update', () => {
  it('takes one request and sends only what changed, and the mark', async () => {
    const { world, update, user, seen } = await withSeries(DENTIST)
    user.get(seen.id)
    const { answers, requests } = await update({ summary: 'Doctor' }, ['summary'])
    assert.equal(requests.length, 1)
    assert.deepEqual(answers.map(({ wrote }) => wrote), [['summary']]) // prettier-ignore
    const held = heldAfter(answers)
    assert.deepEqual(held.fields, { ...DENTIST, summary: 'Doctor' })
    assert.equal(held.mark?.wrote, hashFields(held.fields))
    assert.equal(world.simulator.mails, 0)
  })

  it('leaves no mark on events of others', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.user.create({ summary: 'Theirs', start: { date: '2026-01-06' }, end: { date: '2026-01-07' } })
    const seen = only(await readAll(calendar))
    const held = heldAfter(await collect(calendar.update(seen, { summary: 'Ours' }, ['summary'], signal)))
    assert.deepEqual([held.mark, held.uid], [undefined, seen.uid])
    assert.equal(world.simulator.user.get(seen.id).extendedProperties, undefined)
  })

  it('switches between times and days', async () => {
    const { calendar, update } = await withSeries(DENTIST)
    const when = { start: { date: '2026-01-06' }, end: { date: '2026-01-07' } }
    const days = heldAfter((await update({ when }, ['when'])).answers)
    assert.deepEqual(days.fields.when, when)
    const times = heldAfter(await collect(calendar.update(days, DENTIST, ['when'], signal)))
    assert.deepEqual(times.fields, DENTIST)
  })

  it('gives a single event a recurrence and takes it away', async () => {
    const { calendar, update } = await withSeries(DENTIST)
    const series = heldAfter(
      (await update({ when: CHOIR.when, [`exceptions.${SECOND}`]: { summary: 'x' } }, ['when', `exceptions.${SECOND}`]))
        .answers,
    )
    assert.deepEqual(series.fields.when, CHOIR.when)
    const single = await collect(calendar.update(series, DENTIST, ['when', `exceptions.${SECOND}`], signal))
    assert.deepEqual(heldAfter(single).fields, DENTIST)
    assert.deepEqual(only(await readAll(calendar)).fields, DENTIST)
  })

  it('keeps the method of a reminder, and at most five of them', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const times = { start: { date: '2026-01-06' }, end: { date: '2026-01-07' } }
    const overrides = [{ method: 'email', minutes: 60 }, { method: 'popup', minutes: 10 }, { method: 'popup', minutes: 60 }] // prettier-ignore
    const { id = '' } = world.simulator.user.create({ ...times, reminders: { useDefault: false, overrides } })
    const seen = only(await readAll(calendar))
    assert.deepEqual(seen.fields.reminders, [10, 60])
    const held = heldAfter(
      await collect(calendar.update(seen, { reminders: [5, 60, 1, 2, 3, 4] }, ['reminders'], signal)),
    )
    assert.deepEqual(held.fields.reminders, [1, 2, 3, 5, 60])
    assert.ok(
      world.simulator.user
        .get(id ?? '')
        .reminders?.overrides?.some((each) => each.method === 'email' && each.minutes === 60),
    )
  })

  it('turns default reminders into none when it is told to', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.user.create({ start: { date: '2026-01-06' }, end: { date: '2026-01-07' } })
    const seen = only(await readAll(calendar))
    assert.deepEqual(
      heldAfter(await collect(calendar.update(seen, { reminders: null }, ['reminders'], signal))).fields.reminders,
      null,
    )
  })

  it('deletes a single event with one request, and a series after a look at its occurrences', async () => {
    for (const [fields, count] of [
      [DENTIST, 1],
      [CHOIR, 2],
    ] as const) {
      const { calendar, seen, world, user } = await withSeries(fields)
      await collect(calendar.delete(seen, signal))
      assert.equal(world.simulator.takeRequests().length, count)
      assert.deepEqual(user.events(), [])
    }
  })

  it('rejects with stale what somebody else changed, deleted or deleted as a series', async () => {
    const { calendar, seen, user } = await withSeries(DENTIST)
    user.edit(seen.id, { location: 'Elsewhere' })
    const update = () => collect(calendar.update(seen, { summary: 'x' }, ['summary'], signal))
    await assert.rejects(update, code('stale'))
    await assert.rejects(() => collect(calendar.delete(seen, signal)), code('stale'))
    user.delete(seen.id)
    await assert.rejects(update, code('stale'))
    const [answer] = await collect(calendar.delete(seen, signal))
    assert.ok(answer && 'holds' in answer && answer.holds.is === 'gone')
  })
})

describe('Google provider: occurrences', () => {
  it('takes one request for each changed occurrence and none for the series', async () => {
    const { update } = await withSeries(CHOIR)
    const { answers, requests } = await update({ [`exceptions.${SECOND}`]: null, [`exceptions.${THIRD}`]: { summary: 'Concert' } }, [`exceptions.${THIRD}`, `exceptions.${SECOND}`]) // prettier-ignore
    assert.equal(requests.length, 2)
    assert.equal(answers.length, 2)
    assert.deepEqual(heldAfter(answers).fields, {
      ...CHOIR,
      [`exceptions.${SECOND}`]: null,
      [`exceptions.${THIRD}`]: { summary: 'Concert' },
    })
  })

  it('makes a changed, moved or cancelled occurrence plain again', async () => {
    const start = { dateTime: '2026-01-28T12:00:00', timeZone: 'Europe/Berlin' }
    const fields: Fields = {
      ...CHOIR,
      [`exceptions.${SECOND}`]: null,
      [`exceptions.${THIRD}`]: { summary: 'Concert', reminders: null },
      [`exceptions.${FOURTH}`]: { start, end: { ...start, dateTime: '2026-01-28T13:00:00' } },
    }
    const { calendar, seen } = await withSeries(fields)
    const keys = [SECOND, THIRD, FOURTH].map((key): Field => `exceptions.${key}`)
    const plain = Object.fromEntries(keys.map((key) => [key, {}])) as Fields
    const answers = await collect(calendar.update(seen, { ...CHOIR, ...plain }, keys, signal))
    assert.deepEqual(heldAfter(answers).fields, CHOIR)
    assert.deepEqual(only(await readAll(calendar)).fields, CHOIR)
  })

  it('cancels one that was left behind by a series that moved, in place of making it plain', async () => {
    const { calendar, seen, user } = await withSeries({ ...CHOIR, [`exceptions.${SECOND}`]: { summary: 'Concert' } })
    const at = (hour: number) => ({ dateTime: `2026-01-06T${hour}:00:00`, timeZone: 'Europe/Berlin' })
    user.edit(seen.id, { start: at(11), end: at(12) })
    const moved = only(await readAll(calendar))
    const plain = { ...moved.fields, [`exceptions.${SECOND}`]: {} }
    await collect(calendar.update(moved, plain, [`exceptions.${SECOND}`], signal))
    assert.equal(user.get(user.instanceId(seen.id, SECOND)).status, 'cancelled')
  })

  it('revives an occurrence that an EXDATE line excludes, and leaves the others excluded', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const times = { start: { dateTime: '2026-01-06T09:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-01-06T10:00:00', timeZone: 'Europe/Berlin' } } // prettier-ignore
    world.simulator.user.create({
      ...times,
      summary: 'Choir',
      recurrence: ['EXDATE:20260113T080000Z,20260120T080000Z', 'RRULE:FREQ=WEEKLY'],
    })
    const seen = only(await readAll(calendar))
    await collect(
      calendar.update(seen, { [`exceptions.${SECOND}`]: { summary: 'Concert' } }, [`exceptions.${SECOND}`], signal),
    )
    const now = only(await readAll(calendar)).fields
    assert.deepEqual(now[`exceptions.${SECOND}`], { summary: 'Concert' })
    assert.equal(now[`exceptions.${THIRD}`], null)
  })

  it('tells of an occurrence that it finds cancelled where it was to change it', async () => {
    const world = new World({ paging: { cancelledByUid: false } })
    const calendar = await world.calendar()
    const { user } = world.simulator
    const seen = heldAfter(await collect(calendar.create('u', CHOIR, signal)))
    user.delete(user.instanceId(seen.id, SECOND))
    const name = `exceptions.${SECOND}` as const
    const held: unknown[] = []
    const work = async () => {
      const wanted = { ...seen.fields, [name]: { summary: 'Concert' } }
      for await (const answer of calendar.update(seen, wanted, [name], signal)) {
        assert.deepEqual(answer.wrote, [])
        if ('holds' in answer && answer.holds.is === 'live') held.push(answer.holds.fields[name])
      }
    }
    await assert.rejects(work, code('stale'))
    assert.deepEqual(held, [null])
    assert.equal(user.get(user.instanceId(seen.id, SECOND)).status, 'cancelled')
  })

  it('does not overwrite an occurrence that somebody else made different, or changed', async () => {
    for (const virtualEtag of ['master', 'own'] as const) {
      const { calendar, seen, user } = await withSeries(
        { ...CHOIR, [`exceptions.${THIRD}`]: { summary: 'Concert' } },
        { virtualEtag },
      )
      user.edit(user.instanceId(seen.id, SECOND), { location: 'Hall' })
      user.edit(user.instanceId(seen.id, THIRD), { location: 'Hall' })
      for (const key of [SECOND, THIRD]) {
        const name: Field = `exceptions.${key}`
        await assert.rejects(
          () => collect(calendar.update(seen, { [name]: { summary: 'Mine' } }, [name], signal)),
          code('stale'),
        )
        assert.equal(user.get(user.instanceId(seen.id, key)).location, 'Hall')
      }
    }
  })

  it('does not delete a series of which somebody else changed an occurrence', async () => {
    const { calendar, seen, user } = await withSeries(CHOIR)
    user.edit(user.instanceId(seen.id, SECOND), { location: 'Hall' })
    await assert.rejects(() => collect(calendar.delete(seen, signal)), code('stale'))
    assert.equal(user.get(seen.id).status, 'confirmed')
  })

  for (const exceptions of ['follow', 'keep'] as const) {
    for (const movedSeries of ['orphans', 'resets'] as const) {
      const behaviour = { exceptions, movedSeries }
      const words = `exceptions ${exceptions}, moved series: ${movedSeries}`
      const start: Fields = {
        ...CHOIR,
        [`exceptions.${SECOND}`]: { summary: 'Concert' },
        [`exceptions.${THIRD}`]: null,
        [`exceptions.${FOURTH}`]: { location: 'Hall' },
      }

      it(`lets occurrences follow their series where they do not differ (${words})`, async () => {
        const { calendar, update } = await withSeries(start, behaviour)
        const end = { dateTime: '2026-01-06T11:00:00', timeZone: 'Europe/Berlin' }
        const when = { ...(CHOIR.when as object), end }
        const change: Fields = { summary: 'Band', location: 'Studio', reminders: [5], when }
        const { answers } = await update(change, ['summary', 'location', 'reminders', 'when'])
        assert.deepEqual(heldAfter(answers).fields, { ...start, ...change })
        assert.deepEqual(only(await readAll(calendar)).fields, { ...start, ...change })
      })

      it(`moves a series with its exceptions (${words})`, async () => {
        const { calendar, seen } = await withSeries(start, behaviour)
        const at = (time: string) => ({ dateTime: `2026-01-06T${time}:00`, timeZone: 'Europe/Berlin' })
        const when = { start: at('11:00'), end: at('12:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'] }
        const wanted: Fields = { ...CHOIR, when, 'exceptions.2026-01-13T10:00:00Z': { summary: 'Concert' }, 'exceptions.2026-01-20T10:00:00Z': null } // prettier-ignore
        const changed: Field[] = ['when', 'exceptions.2026-01-13T10:00:00Z', 'exceptions.2026-01-20T10:00:00Z', `exceptions.${SECOND}`, `exceptions.${THIRD}`, `exceptions.${FOURTH}`] // prettier-ignore
        const answers = await collect(calendar.update(seen, wanted, changed, signal))
        assert.deepEqual(heldAfter(answers).fields, wanted)
        assert.deepEqual(only(await readAll(calendar)).fields, wanted)
        assert.deepEqual([...new Set(answers.flatMap(({ wrote }) => wrote))].sort(), [...changed].sort())
      })

      it(`does not take an edit by somebody else for one that follows (${words})`, async () => {
        const { calendar, seen, user } = await withSeries(start, behaviour)
        user.edit(user.instanceId(seen.id, SECOND), { description: 'Theirs' })
        const answers = await collect(calendar.update(seen, { summary: 'Band' }, ['summary'], signal))
        assert.equal(user.get(user.instanceId(seen.id, SECOND)).description, 'Theirs')
        assert.deepEqual(only(await readAll(calendar)).fields, heldAfter(answers).fields)
        assert.equal(only(await readAll(calendar)).fields.summary, 'Band')
      })
    }
  }
})
