import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Settings } from 'luxon'
import { canonicalZone, instantOf, occurrenceKey, occurrenceTime, utcText, wallClock } from '../../src/event/zone'

const at = (dateTime: string, timeZone = 'Europe/Paris'): string => utcText(instantOf({ dateTime, timeZone }))

describe('the instant of a time', () => {
  const cases: [string, string, string, string][] = [
    ['in winter', '2026-01-10T10:00:00', 'Europe/Paris', '2026-01-10T09:00:00Z'],
    ['in summer', '2026-07-10T10:00:00', 'Europe/Paris', '2026-07-10T08:00:00Z'],
    ['of the hour that is shown twice: the first', '2026-10-25T02:30:00', 'Europe/Paris', '2026-10-25T00:30:00Z'],
    ['just after that hour', '2026-10-25T03:00:00', 'Europe/Paris', '2026-10-25T02:00:00Z'],
    ['of a skipped hour: counted on from before', '2026-03-29T02:30:00', 'Europe/Paris', '2026-03-29T01:30:00Z'],
    ['half an hour off', '2026-06-01T09:30:00', 'Asia/Kolkata', '2026-06-01T04:00:00Z'],
    ['with half an hour of daylight saving', '2026-12-01T09:30:00', 'Australia/Lord_Howe', '2026-11-30T22:30:00Z'],
    ['on a day that was left out', '2011-12-31T10:00:00', 'Pacific/Apia', '2011-12-30T20:00:00Z'],
    ['in UTC', '2026-06-01T09:30:00', 'UTC', '2026-06-01T09:30:00Z'],
  ]
  for (const [name, clock, zone, expected] of cases) {
    it(`${name}: ${clock} in ${zone} is ${expected}`, () => assert.equal(at(clock, zone), expected))
  }

  it('does not depend on today', () => {
    const before = Settings.now
    try {
      for (const today of [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)]) {
        Settings.now = () => today
        assert.equal(at('2026-10-25T02:30:00'), '2026-10-25T00:30:00Z')
      }
    } finally {
      Settings.now = before
    }
  })

  it('is none in a zone that is none, and for a text that is no time', () => {
    assert.ok(Number.isNaN(instantOf({ dateTime: '2026-01-10T10:00:00', timeZone: 'Nowhere/Land' })))
    assert.ok(Number.isNaN(instantOf({ dateTime: 'soon', timeZone: 'Europe/Paris' })))
    assert.ok(Number.isNaN(instantOf({ date: 'soon' })))
  })

  it('is the reverse of the wall clock, wherever the clock shows an hour once', () => {
    const zones = ['Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC']
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), fc.constantFrom(...zones), (seconds, timeZone) => {
        const clock = wallClock(seconds * 1000, timeZone)
        const back = instantOf({ dateTime: clock, timeZone })
        assert.equal(wallClock(back, timeZone), clock)
        assert.ok(back === seconds * 1000 || back < seconds * 1000)
      }),
    )
  })
})

describe('the one name of a zone', () => {
  it('is the same for aliases, and UTC for UTC’s many names', () => {
    assert.equal(canonicalZone('Asia/Calcutta'), canonicalZone('Asia/Kolkata'))
    assert.equal(canonicalZone('Europe/Kiev'), canonicalZone('Europe/Kyiv'))
    for (const name of ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Zulu', 'Etc/UCT']) assert.equal(canonicalZone(name), 'UTC')
  })

  it('is none for what is no IANA zone', () => {
    for (const name of ['', 'Nowhere/Land', 'W. Europe Standard Time', '+02:00', '../etc/passwd', 'UTC+2']) {
      assert.equal(canonicalZone(name), undefined, name)
    }
  })
})

describe('the name of an occurrence', () => {
  it('is a day, or the UTC instant of its original start', () => {
    assert.equal(occurrenceKey({ date: '2026-06-01' }), '2026-06-01')
    assert.equal(occurrenceKey({ dateTime: '2026-06-01T10:00:00', timeZone: 'Europe/Paris' }), '2026-06-01T08:00:00Z')
  })

  it('leads back to the time in the zone of its series', () => {
    assert.deepEqual(occurrenceTime('2026-06-01', 'Europe/Paris'), { date: '2026-06-01' })
    const time = { dateTime: '2026-06-01T10:00:00', timeZone: 'Europe/Paris' }
    assert.deepEqual(occurrenceTime('2026-06-01T08:00:00Z', 'Europe/Paris'), time)
  })
})
