import assert from 'node:assert/strict'
import { whenOf } from '../../src/event/event'
import { eventFields } from '../../src/google/fields'

const surroundings = { timeZone: 'UTC', accessRole: 'owner', defaultReminders: [] }

describe('An offset in place of a time zone', () => {
  const cases: [offset: string, zone: string, start: string][] = [
    ['GMT+05:30', 'Asia/Kolkata', '2026-06-16T10:00:00'],
    ['GMT+5:45', 'Asia/Kathmandu', '2026-06-16T10:15:00'],
    ['GMT-09:30', 'Pacific/Marquesas', '2026-06-15T19:00:00'],
    ['GMT+01:00', 'Etc/GMT-1', '2026-06-16T05:30:00'],
    ['UTC-3', 'Etc/GMT+3', '2026-06-16T01:30:00'],
    ['GMT+00:00', 'UTC', '2026-06-16T04:30:00'],
  ]
  for (const [offset, zone, start] of cases) {
    it(`is a zone that always has it: ${offset}`, () => {
      const event = {
        id: 'a',
        start: { dateTime: '2026-06-16T04:30:00Z', timeZone: offset },
        end: { dateTime: '2026-06-16T05:30:00Z', timeZone: offset },
        recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
      }
      const when = whenOf(eventFields(event, surroundings))
      assert.deepEqual(when?.start, { dateTime: start, timeZone: zone })
    })
  }

  for (const [line, key] of [
    ['EXDATE;TZID=GMT+05:30:20260617T100000', '2026-06-17T04:30:00Z'],
    ['EXDATE;TZID=GMT-03:30:20260617T010000,20260618T010000', '2026-06-17T04:30:00Z'],
    ['EXDATE;TZID="UTC+01:00":20260617T053000', '2026-06-17T04:30:00Z'],
  ] as const) {
    it(`is read in a date that is left out: ${line}`, () => {
      const event = {
        id: 'a',
        start: { dateTime: '2026-06-16T10:00:00+05:30', timeZone: 'GMT+05:30' },
        end: { dateTime: '2026-06-16T11:00:00+05:30', timeZone: 'GMT+05:30' },
        recurrence: ['RRULE:FREQ=DAILY;COUNT=3', line],
      }
      const fields = eventFields(event, surroundings)
      assert.equal(fields[`exceptions.${key}`], null)
    })
  }
})
