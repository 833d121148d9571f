import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import { newPair } from '../../src/sync/entry'
import { operation } from '../../src/sync/operation'
import { note, settle } from '../../src/sync/outcome'
import { Replica } from '../../src/sync/replica'
import { START, tea } from './world'

const live = (id: string, summary: string): Live => ({
  uid: 'tea',
  id,
  is: 'live',
  ref: { etag: null },
  fields: { ...tea, summary },
})

describe('What a server tells late', () => {
  it('names a resource that could not be read before', () => {
    const replica = new Replica('epoch')
    replica.record({ uid: '/tea.ics', id: '/tea.ics', is: 'unread', reason: 'withheld' }, START)
    assert.equal(replica.record(live('/tea.ics', 'Tea'), START)?.uid, 'tea')
    assert.deepEqual([[...replica.withUid('tea')].length, [...replica.withUid('/tea.ics')].length], [1, 0])
  })

  it('does not rename one that was read before', () => {
    const replica = new Replica('epoch')
    replica.record(live('/tea.ics', 'Tea'), START)
    replica.record({ uid: 'tea', id: '/tea.ics', is: 'unread', reason: 'withheld' }, START)
    assert.equal(replica.record({ ...live('/tea.ics', 'Tea'), uid: 'other' }, START)?.uid, 'tea')
  })

  it('settles a note by what the event means where the server gives no ETag', () => {
    const now = { left: live('l', 'Coffee'), right: live('r', 'Tea') }
    const base = newPair('tea', 'left', { left: 'l', right: 'r' })
    const op = operation('update', 'right', 'tea', { summary: 'Coffee' }, ['summary'], now, '')
    const noted = note(base, op, { summary: 'Busy' }, ['summary'], now, 'r')
    assert.ok(noted?.is === 'pair' && noted.right.noted)
    assert.equal(settle(noted, now), noted)
    const settled = settle(noted, { ...now, right: live('r', 'Busy') })
    assert.deepEqual([settled.left.held.summary, settled.right.held.summary], ['Coffee', 'Busy'])
    assert.equal(settled.right.noted, undefined)
  })
})
