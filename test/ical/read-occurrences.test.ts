import assert from 'node:assert/strict'
import { readEvent } from '../../src/ical'
import { floatingZone, read, series, exceptions } from './reading'
import { event, paris, vevent } from './texts'

describe('Reading the occurrences of a series that differ', () => {
  const second = 'exceptions.2026-06-08T08:00:00Z'
  const override = (id: string, ...lines: string[]): string[] => vevent(id, ...lines)
  const moved = ['DTSTART;TZID=Europe/Paris:20260608T100000', 'DTEND;TZID=Europe/Paris:20260608T110000']

  const excluded: [what: string, lines: string[]][] = [
    ['in its zone', ['EXDATE;TZID=Europe/Paris:20260608T100000']],
    ['in UTC', ['EXDATE:20260608T080000Z']],
    ['without zone', ['EXDATE:20260608T100000']],
    ['in another zone', ['EXDATE;TZID=Asia/Tokyo:20260608T170000']],
    ['as a day', ['EXDATE;VALUE=DATE:20260608']],
    ['beside an empty one', ['EXDATE:', 'EXDATE;TZID=Europe/Paris:20260608T100000,']],
  ]
  for (const [what, lines] of excluded) {
    it(`finds an EXDATE ${what}`, () => assert.deepEqual(exceptions(series(lines)), { [second]: null }))
  }

  it('finds several EXDATEs in lists and lines', () => {
    const lines = ['EXDATE;TZID=Europe/Paris:20260608T100000,20260615T100000', 'EXDATE:20260622T080000Z']
    assert.equal(Object.keys(exceptions(series(lines))).length, 3)
  })

  it('finds an EXDATE that is a time in a series of days', () => {
    const text = event('DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY', 'EXDATE:20260603T000000Z')
    assert.deepEqual(exceptions(text), { 'exceptions.2026-06-03': null })
  })

  const named: [what: string, id: string][] = [
    ['in its zone', 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'],
    ['in UTC', 'RECURRENCE-ID:20260608T080000Z'],
    ['by a day', 'RECURRENCE-ID;VALUE=DATE:20260608'],
    ['without zone', 'RECURRENCE-ID:20260608T100000'],
  ]
  for (const [what, id] of named) {
    it(`knows an override ${what}`, () => {
      assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:Other'))), {
        [second]: { summary: 'Other' },
      })
    })
  }

  it('says in what an override differs, in its times too', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const lines = ['DTSTART;TZID=Europe/Paris:20260609T120000', 'DTEND;TZID=Europe/Paris:20260609T123000']
    assert.deepEqual(exceptions(series(['LOCATION:Here'], override(id, ...lines, 'SUMMARY:All'))), {
      [second]: { location: null, start: paris('2026-06-09', '12:00'), end: paris('2026-06-09', '12:30') },
    })
  })

  it('passes over an override that does not differ', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:All', 'X-OWN:1'))), {})
  })

  it('takes an override that is cancelled for an occurrence left out', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:All', 'STATUS:CANCELLED'))), {
      [second]: null,
    })
  })

  it('takes a cancelled override of a cancelled series for one like all others', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const text = series(['STATUS:CANCELLED'], override(id, ...moved, 'SUMMARY:All', 'STATUS:CANCELLED'))
    assert.deepEqual(exceptions(text), {})
    assert.equal(read(text).status, 'cancelled')
  })

  it('lets an override take place whose occurrence an EXDATE names as well', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const text = series(['EXDATE:20260608T080000Z'], override(id, ...moved, 'SUMMARY:Other'))
    assert.deepEqual(exceptions(text), { [second]: { summary: 'Other' } })
  })

  it('reads an occurrence without its series as an event of its own', () => {
    const text = event('RECURRENCE-ID;TZID=Europe/Paris:20260608T100000', ...moved, 'SUMMARY:Only this')
    const found = readEvent(text, { floatingZone })
    assert.equal(found.uid, 'one/2026-06-08T08:00:00Z')
    assert.deepEqual(found.fields.when, { start: paris('2026-06-08', '10:00'), end: paris('2026-06-08', '11:00') })
  })
})
