import assert from 'node:assert/strict'
import type { Facts } from '../../src/runtime/standing'
import { standingOf } from '../../src/runtime/standing'

const AT = Date.UTC(2026, 5, 1, 8)
const usual: Facts = {
  pair: { left: 'Google', right: 'iCloud' },
  paired: 120,
  conflicts: 0,
  heldDeletions: 0,
  wasCompared: true,
  lastSuccess: AT,
}
const failed = (code: string, message: string, at = AT + 1): Facts['lastRun'] => ({
  errors: [{ code, message }],
  finishedAt: new Date(at).toISOString(),
})

describe('how a pair does', () => {
  const cases: [string, Partial<Facts>, string, RegExp][] = [
    ['all is well', {}, 'in-sync', /^Google and iCloud are in step, as of .*: 120 events on both sides\.$/],
    ['one event', { paired: 1 }, 'in-sync', /: 1 event on both sides/],
    ['nothing ever ran', { wasCompared: false, lastSuccess: null }, 'never-run', /never synced: let a calendar source/],
    ['the first sync is under way', { wasCompared: false }, 'first-sync', /first sync of Google and iCloud/],
    ['conflicts are open', { conflicts: 1 }, 'conflicts', /^1 conflict waits for you; 120 events in step/],
    ['deletions are held', { heldDeletions: 7, conflicts: 2 }, 'held-deletions', /^7 deletions wait for you/],
    [
      'the line is down',
      { lastRun: failed('calsync.unreachable', 'No answer.') },
      'unreachable',
      /failed\. No answer\.$/,
    ],
    [
      'a login is dead',
      { lastRun: failed('calsync.reauthorise', 'Connect.') },
      'sign-in',
      /an account can't sign in\. Connect/,
    ],
    ['nothing has succeeded for a day', { staleSince: AT }, 'stale', /has succeeded since \d+ \w+, \d\d:\d\d\.$/],
    [
      'a run failed and one after it succeeded',
      { lastRun: failed('calsync.unreachable', 'No answer.', AT - 1) },
      'in-sync',
      /in step/,
    ],
    [
      'the login has been dead for a day',
      { staleSince: AT, lastRun: failed('calsync.reauthorise', 'Connect.') },
      'sign-in',
      /Connect\./,
    ],
  ]
  for (const [when, change, health, text] of cases) {
    it(`is "${health}" where ${when}`, () => {
      const standing = standingOf({ ...usual, ...change })
      assert.equal(standing.health, health)
      assert.match(standing.text, text)
    })
  }
})
