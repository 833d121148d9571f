import assert from 'node:assert/strict'
import { World } from '../demo/world'
import { caldavAgenda, googleAgenda, type Days } from './agenda'

const NOW = Date.UTC(2026, 2, 25, 12)
const DAYS: Days = ['2026-02-23', '2027-04-01']

describe('The agenda of a calendar', () => {
  it('is the same on both sides for the events of the demo that stand on both', () => {
    const world = World.seeded(() => NOW, '2026-03-23')
    const google = googleAgenda(world.google, DAYS)
    const texts = [...world.icloud.calendar.members.values()].map(({ text }) => text)
    const icloud = new Set(caldavAgenda(texts, DAYS))
    const both = google.filter((line) => icloud.has(line))
    const choir = both.filter((line) => line.includes('Choir rehearsal'))
    assert.equal(choir.length, 11)
    assert.ok(
      choir.some((line) => line.startsWith('2026-04-06T19:00 Europe/Berlin')),
      choir.join('\n'),
    )
    assert.ok(!choir.some((line) => line.startsWith('2026-04-20')))
    assert.equal(both.length, 11 + 17) // of the other nineteen events, two have another place on each side
  })
})
