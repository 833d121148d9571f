import assert from 'node:assert/strict'
import type { Report } from '../../src/runtime/report'
import { emptyReport } from '../../src/runtime/report'
import { reportText } from '../../src/runtime/report-text'

const NONE = { create: 0, update: 0, delete: 0 }

describe('a report in a sentence', () => {
  const cases: [string, Partial<Report>, string][] = [
    ['nothing to do', {}, 'Google and iCloud are in step, there was nothing to do.'],
    [
      'something on both sides',
      { applied: { left: { create: 1, update: 2, delete: 1 }, right: { ...NONE, create: 3 } } },
      'Google got 1 new event, 2 changes and 1 deletion, iCloud got 3 new events.',
    ],
    [
      'something on one side, and more to follow',
      { applied: { left: NONE, right: { ...NONE, create: 1000 } }, remaining: 20 },
      'Google got nothing, iCloud got 1000 new events. 20 more will follow in the next run.',
    ],
    ['a conflict alone', { conflicts: 1 }, 'Nothing was written. 1 conflict waits for you.'],
    [
      'much that waits',
      { conflicts: 2, heldDeletions: 1 },
      'Nothing was written. 2 conflicts wait for you. 1 deletion waits for you.',
    ],
    [
      'a dry run',
      { dryRun: true, planned: { left: NONE, right: { ...NONE, update: 1 } }, conflicts: 1 },
      'Dry run: Google would get nothing, iCloud would get 1 change. 1 conflict waits for you.',
    ],
    ['a dry run with nothing to do', { dryRun: true }, 'Dry run: nothing would be written.'],
    [
      'a calendar that could not be read',
      { errors: [{ code: 'calsync.unreachable', message: 'The server did not answer.' }] },
      'Google and iCloud were not compared. The server did not answer.',
    ],
    [
      'a write that failed',
      {
        planned: { left: NONE, right: { ...NONE, create: 3 } },
        applied: { left: NONE, right: { ...NONE, create: 1 } },
        failed: 2,
        errors: [
          { code: 'calsync.refused', message: 'The server refused it.' },
          { code: 'calsync.refused', message: 'And another.' },
        ],
      },
      'Google got nothing, iCloud got 1 new event. Trouble: The server refused it. (and 1 more problem)',
    ],
  ]
  for (const [what, change, text] of cases) {
    it(`says ${what}`, () => {
      const report = { ...emptyReport('1', { left: 'Google', right: 'iCloud' }, 0, false), ...change }
      assert.equal(reportText(report), text)
    })
  }
})
