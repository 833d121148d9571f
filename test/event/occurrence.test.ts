import assert from 'node:assert/strict'
import type { Fields, When } from '../../src/event/event'
import { exceptionOf, plainOccurrence, wholeOccurrence } from '../../src/event/occurrence'
import { hashFields, sameMeaning } from '../../src/event/normal'

const paris = (dateTime: string): When['start'] => ({ dateTime, timeZone: 'Europe/Paris' })
const when: When = {
  start: paris('2026-10-21T10:00:00'),
  end: paris('2026-10-21T11:30:00'),
  recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'],
}
const series: Fields = { when, summary: 'Class', location: 'Room 1', description: null }
const KEY = '2026-10-28T09:00:00Z' // after the clocks went back

describe('an occurrence', () => {
  it('that is plain lies where the series puts it, on the same wall clock over a change of the clocks', () => {
    assert.deepEqual(plainOccurrence(when, KEY), {
      start: paris('2026-10-28T10:00:00'),
      end: paris('2026-10-28T11:30:00'),
    })
  })

  it('of days is as many days long as the first', () => {
    const days = { start: { date: '2026-10-21' }, end: { date: '2026-10-24' } }
    assert.deepEqual(plainOccurrence(days, '2026-10-28'), {
      start: { date: '2026-10-28' },
      end: { date: '2026-10-31' },
    })
  })

  it('as a whole is its series with the exception laid over it', () => {
    const moved = { start: paris('2026-10-28T15:00:00'), end: paris('2026-10-28T16:30:00'), summary: 'Excursion' }
    const whole = wholeOccurrence({ ...series, [`exceptions.${KEY}`]: moved }, KEY)
    assert.deepEqual(whole, {
      when: { start: moved.start, end: moved.end },
      summary: 'Excursion',
      location: 'Room 1',
      description: null,
    })
  })

  it('that is cancelled is none', () => {
    assert.equal(wholeOccurrence({ ...series, [`exceptions.${KEY}`]: null }, KEY), undefined)
  })

  it('says as an exception only in what it differs, and leads back', () => {
    const moved = { start: paris('2026-10-28T15:00:00'), end: paris('2026-10-28T16:30:00'), location: null }
    const whole = wholeOccurrence({ ...series, [`exceptions.${KEY}`]: moved }, KEY)!
    assert.deepEqual(exceptionOf(series, KEY, whole), moved)
    assert.deepEqual(exceptionOf(series, KEY, wholeOccurrence(series, KEY)!), {})
  })
})

describe('meaning', () => {
  it('is the same for aliases of a zone and for Unicode forms', () => {
    assert.ok(sameMeaning({ timeZone: 'Asia/Calcutta' }, { timeZone: 'Asia/Kolkata' }))
    assert.ok(sameMeaning('Caf\u00e9', 'Cafe\u0301'))
    assert.ok(!sameMeaning(null, undefined))
  })

  it('hashes alike with and without what is empty, and differs with what is said', () => {
    const said = hashFields({ summary: 'Tea', status: 'tentative' })
    assert.equal(
      said,
      hashFields({
        status: 'tentative',
        summary: 'Tea',
        location: null,
        transparency: 'opaque',
        [`exceptions.${KEY}`]: {},
      }),
    )
    assert.notEqual(said, hashFields({ summary: 'Tea' }))
    assert.notEqual(hashFields({ [`exceptions.${KEY}`]: null }), hashFields({}))
  })
})
