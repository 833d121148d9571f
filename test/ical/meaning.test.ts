import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Fields } from '../../src/event/event'
import { whenOf } from '../../src/event/event'
import { patchEvent, writeEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { icsOccurrences } from '../mapping/ics-occurrences'
import { anyChange, anyFields, settled } from './arbitrary'
import { occurrencesOf } from './expansion'
import { SPELLINGS } from './spellings'

const now = Date.UTC(2026, 0, 2)
const floatingZone = 'Europe/Berlin'

/** A clock that shows an hour twice has occurrences each hour that no wall clock can tell apart. */
const isTold = (fields: Fields): boolean =>
  fields.status !== 'cancelled' && !whenOf(fields)?.recurrence?.some((line) => line.includes('HOURLY'))

const told = (text: string) => {
  const occurrences = icsOccurrences(text, floatingZone)
  assert.ok(occurrences, text)
  return occurrences
}

describe('When an event takes place over three years, expanded by another reader,', () => {
  it('is what its fields say in a text that was written', () => {
    fc.assert(
      fc.property(anyFields.filter(isTold), (fields) => {
        assert.deepEqual(told(writeEvent({ uid: 'a', fields, now })), occurrencesOf(settled(fields)))
      }),
      { numRuns: 100 },
    )
  })

  it('is what its fields say in a text that was patched', () => {
    const changes = anyChange.filter(({ before, fields }) => isTold(before) && isTold(fields))
    fc.assert(
      fc.property(changes, ({ before, fields, changed }) => {
        const text = writeEvent({ uid: 'a', fields: before, now })
        assert.deepEqual(told(patchEvent(text, { fields, changed, now, floatingZone })), occurrencesOf(settled(fields)))
      }),
      { numRuns: 100 },
    )
  })

  it('is what its fields say however a server spelled the text before', () => {
    const spellings = Object.entries(SPELLINGS).filter(([name]) => name !== 'zones behind a prefix')
    const changes = anyChange.filter(({ before, fields }) => isTold(before) && isTold(fields))
    fc.assert(
      fc.property(changes, fc.subarray(spellings), ({ before, fields, changed }, chosen) => {
        const lines = unfold(writeEvent({ uid: 'a', fields: before, now }))
        const text = chosen.reduce((spelled, [, spell]) => spell(spelled), lines).join('\n')
        assert.deepEqual(told(patchEvent(text, { fields, changed, now, floatingZone })), occurrencesOf(settled(fields)))
      }),
      { numRuns: 100 },
    )
  })
})
