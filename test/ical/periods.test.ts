import assert from 'node:assert/strict'
import { unfold } from '../../src/ical/line'
import { changes, patched } from './patching'
import { read } from './reading'
import { event, paris, PARIS_END, PARIS_START } from './texts'

const THIRD = 'exceptions.2026-06-03T08:00:00Z'
const PERIODS = 'RDATE;VALUE=PERIOD;X-A=b:20260603T080000Z/PT3H,20260604T080000Z/20260604T090000Z'
const text = event(PARIS_START, PARIS_END, 'SUMMARY:Old', PERIODS)

describe('RDATEs with periods', () => {
  it('are occurrences, each as long as it says', () => {
    const fields = read(text)
    assert.deepEqual(fields.when, {
      start: paris('2026-06-01', '10:00'),
      end: paris('2026-06-01', '11:00'),
      recurrence: ['RDATE:20260603T080000Z,20260604T080000Z'],
    })
    assert.deepEqual(fields[THIRD], { start: paris('2026-06-03', '10:00'), end: paris('2026-06-03', '13:00') })
    assert.deepEqual(
      Object.keys(fields).filter((name) => name.startsWith('exceptions.')),
      [THIRD],
    )
  })

  it('have their zone', () => {
    const lines = ['RDATE;VALUE=PERIOD;TZID=Asia/Tokyo:20260603T170000/20260603T200000']
    assert.deepEqual(read(event(PARIS_START, PARIS_END, ...lines))[THIRD], read(text)[THIRD])
  })

  it('stay as they are while nothing of them changes', () => {
    changes(text, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
  })

  it('become times, and occurrences of their own, once one changes', () => {
    const lines = unfold(patched(text, { [THIRD]: {} }))
    assert.ok(lines.includes('RDATE;X-A=b:20260603T080000Z,20260604T080000Z'))
    assert.ok(!lines.some((line) => line.startsWith('RECURRENCE-ID')))
    const other = unfold(patched(text, { 'exceptions.2026-06-04T08:00:00Z': { summary: 'Other' } }))
    assert.equal(other.filter((line) => line.startsWith('RECURRENCE-ID')).length, 2)
    patched(text, { 'exceptions.2026-06-04T08:00:00Z': null })
    patched(text, { when: { ...(read(text).when as object), end: paris('2026-06-01', '12:00') } })
  })
})
