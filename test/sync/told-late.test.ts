import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import { fieldNames } from '../../src/event/event'
import { decide } from '../../src/sync/decide'
import type { Now } from '../../src/sync/entry'
import { Agreement } from '../../src/sync/agreement'
import { isLive, isUntouchedCopy, newPair } from '../../src/sync/entry'
import { merge } from '../../src/sync/merge'
import type { Entry, Field, Fields, Operation, PairEntry } from '../../src/sync/model'
import { operation } from '../../src/sync/operation'
import { apply, note, settle } from '../../src/sync/outcome'
import type { Stored } from '../../src/sync/replica'
import { Replica } from '../../src/sync/replica'
import { START, World, agreed, spoken, tea } from './world'

const { rules } = new World()

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

  it('names a resource that could not be read before, also if it was gone in between', () => {
    const replica = new Replica('epoch')
    replica.record({ uid: '/tea.ics', id: '/tea.ics', is: 'unread', reason: 'withheld' }, START)
    replica.record({ uid: '/tea.ics', id: '/tea.ics', is: 'gone', how: 'deleted' }, START)
    assert.equal(replica.record(live('/tea.ics', 'Tea'), START)?.uid, 'tea')
    replica.record({ uid: 'tea', id: '/tea.ics', is: 'gone', how: 'deleted' }, START)
    assert.equal(replica.record({ ...live('/tea.ics', 'Tea'), uid: 'other' }, START)?.uid, 'tea')
  })

  it('is known to be any event, until it can be read', () => {
    const replica = new Replica('epoch')
    replica.record(live('/live.ics', 'Tea'), START)
    replica.record({ uid: 'named', id: '/named.ics', is: 'unread', reason: 'broken' }, START)
    assert.equal(replica.hasUnnamed(), false)
    replica.record({ uid: '/tea.ics', id: '/tea.ics', is: 'unread', reason: 'withheld' }, START)
    assert.equal(replica.hasUnnamed(), true)
    replica.record({ ...live('/tea.ics', 'Tea'), uid: '/tea.ics' }, START)
    assert.equal(replica.hasUnnamed(), false)
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

describe('A write that takes several requests', () => {
  const key = 'exceptions.2026-06-17T08:00:00Z'
  const weekly = { ...tea, when: { ...(tea.when as object), recurrence: ['RRULE:FREQ=WEEKLY'] } }
  const renamed = { ...weekly, [key]: { summary: 'Late tea' } }
  const series = (id: string, fields: Fields, etag: string): Live => ({ ...live(id, ''), fields, ref: { etag } })

  /** What is agreed when the first of two requests was answered, and the second was not. */
  function halfway(entry: Entry | undefined, op: Operation, now: Now, made: Live, wrote: readonly Field[]): PairEntry {
    const noted = note(entry, op, op.fields, op.changed, now, made.id)
    const after = apply(noted, op, { is: 'ok', holds: made, wrote }, renamed, now)
    const failed = apply(after, op, { is: 'failed', code: 'unreachable' }, renamed, now)
    assert.ok(failed?.is === 'pair')
    return failed
  }

  it('is known to have made all of a copy, though the last answer was lost', () => {
    const now = { left: series('l', renamed, '1'), right: undefined }
    const names = fieldNames(renamed)
    const op = operation('create', 'right', 'tea', renamed, names, now, '')
    const wrote = names.filter((name) => name !== key)
    const entry = halfway(undefined, op, now, series('r', weekly, '1'), wrote)
    const seen = { ...now, right: series('r', renamed, '1') }
    const settled = settle(entry, seen)
    assert.deepEqual([settled.left.held, settled.right.held, settled.right.noted], [renamed, renamed, undefined])
    // Deleted where it comes from, it is deleted: nobody edited the copy.
    const gone = { ...seen, left: { uid: 'tea', id: 'l', is: 'gone', how: 'deleted' } as const }
    assert.equal(spoken(decide('tea', settled, gone, rules)), 'delete right')
  })

  it('stays noted as long as nothing new is seen of it', () => {
    const now = { left: series('l', renamed, '1'), right: series('r', { ...tea, summary: 'Old' }, '1') }
    const changed: Field[] = ['when', 'summary', key]
    const op = operation('update', 'right', 'tea', renamed, changed, now, '')
    const base = newPair('tea', 'left', { left: 'l', right: 'r' })
    const between = series('r', { ...weekly, summary: 'Tea' }, '2')
    const entry = halfway(base, op, now, between, ['when', 'summary'])
    assert.equal(settle(entry, { ...now, right: between }), entry)
    const settled = settle(entry, { ...now, right: series('r', renamed, '2') })
    assert.deepEqual([settled.right.held[key], settled.right.noted], [renamed[key], undefined])
  })

  it('goes on with what was not written yet, though nothing was agreed before', () => {
    // The copy is as it was written once; the left side's state was lost, and it has changed.
    const moved = { ...weekly, when: { ...weekly.when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] } }
    const now = { left: series('l', moved, '1'), right: series('r', renamed, '1') }
    const pair = newPair('tea', 'left', { left: 'l', right: 'r' })
    const entry = { ...pair, right: { ...pair.right, held: renamed } }
    const [agree, write] = decide('tea', entry, now, rules)
    assert.ok(agree?.do === 'agree' && write?.do === 'write')
    assert.deepEqual([...write.op.changed].sort(), [key, 'when'])
    const between = series('r', { ...moved, [key]: renamed[key] }, '2')
    const half = halfway(agree.entry, write.op, now, between, ['when'])
    assert.equal(spoken(decide('tea', half, { ...now, right: between }, rules)), `update right: ${key}`)
  })

  it('goes on also where both sides mean the same by when', () => {
    const now = { left: series('l', weekly, '1'), right: series('r', renamed, '1') }
    const pair = newPair('tea', 'left', { left: 'l', right: 'r' })
    const entry = { ...pair, right: { ...pair.right, held: renamed } }
    const [agree, write] = decide('tea', entry, now, rules)
    assert.ok(agree?.do === 'agree' && write?.do === 'write')
    const failed = apply(agree.entry, write.op, { is: 'failed', code: 'unreachable' }, weekly, now)
    assert.ok(failed)
    assert.equal(spoken(decide('tea', failed, now, rules)), `update right: ${key}`)
  })

  describe('the first of which moves a series, which takes its occurrences from it', () => {
    const moved = { ...renamed, when: { ...weekly.when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] } }
    const { [key]: _late, ...bare } = moved
    const cancelled = 'exceptions.2026-06-24T08:00:00Z'
    const withHoliday = (fields: Fields): Fields => ({ ...fields, [cancelled]: null })
    const from = withHoliday(renamed)
    const now = { left: series('l', withHoliday(moved), '1'), right: series('r', from, '1') }
    const op = operation('update', 'right', 'tea', withHoliday(moved), ['when'], now, '')
    const pair = newPair('tea', 'left', { left: 'l', right: 'r' })
    const base = { ...pair, left: { ...pair.left, held: from }, right: { ...pair.right, held: from } }
    const entry = note(base, op, op.fields, ['when'], now, 'r')
    const seen = { ...now, right: series('r', bare, '2') }
    const again = `update right: ${key}, ${cancelled}`

    it('writes them again if its answer was lost', () => {
      assert.ok(entry?.is === 'pair')
      assert.equal(spoken(decide('tea', settle(entry, seen), seen, rules)), again)
    })

    it('writes them again if it was answered, and the next request was not', () => {
      const answered = apply(entry, op, { is: 'ok', holds: seen.right, wrote: ['when'] }, moved, now)
      assert.ok(answered?.is === 'pair')
      assert.equal(spoken(decide('tea', settle(answered, seen), seen, rules)), again)
    })

    it('leaves an edit of one that is still there to the comparison', () => {
      assert.ok(entry?.is === 'pair')
      const edited = { ...seen, right: series('r', { ...moved, [key]: { summary: 'Too late' } }, '2') }
      const steps = decide('tea', settle(entry, edited), edited, rules)
      assert.equal(spoken(steps), `update left: ${key} + update right: ${cancelled}`)
    })

    it('takes it for an edit where nothing was moved by us', () => {
      assert.ok(entry?.is === 'pair')
      const theirs = { ...now, left: series('l', from, '1'), right: series('r', renamed, '2') }
      assert.equal(spoken(decide('tea', settle(entry, theirs), theirs, rules)), `update left: ${cancelled}`)
    })
  })
})

describe('An exclusion of what its series does not have', () => {
  it('is no change when the server drops it: a deletion on the other side is carried over', () => {
    const key = 'exceptions.2026-06-24T08:00:00Z'
    const twice = { ...tea, when: { ...(tea.when as object), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] } }
    const pair = newPair('tea', 'left', { left: 'l', right: 'r' })
    const held = { ...twice, [key]: null }
    const entry = { ...pair, left: { ...pair.left, held }, right: { ...pair.right, held } }
    const now = (fields: Fields) => ({
      left: { uid: 'tea', id: 'l', is: 'gone', how: 'deleted' } as const,
      right: { ...live('r', ''), fields },
    })
    assert.equal(spoken(decide('tea', entry, now(twice), rules)), 'delete right')
    // Of one that the series has, it is an edit.
    const thrice = { ...tea, when: { ...(tea.when as object), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] } }
    const agreed = { ...thrice, [key]: null }
    const other = { ...pair, left: { ...pair.left, held: agreed }, right: { ...pair.right, held: agreed } }
    assert.equal(spoken(decide('tea', other, now(thrice), rules)), 'ask (conflict)')
  })
})

describe('A copy after the state was lost', () => {
  const both = { left: true, right: true }
  const { common } = rules

  it('loses what its original has cleared since', () => {
    const halves = { left: { id: 'l', held: {} }, right: { id: 'r', held: { ...tea, location: 'Kitchen' } } }
    const { to, open } = merge(halves, { left: tea, right: { ...tea, location: 'Kitchen' } }, both, common)
    assert.deepEqual([[...to.left], [...to.right], open], [[], [['location', null]], []])
  })

  it('keeps what was cleared in neither: without any base the value fills in', () => {
    const halves = { left: { id: 'l', held: {} }, right: { id: 'r', held: {} } }
    const { to } = merge(halves, { left: tea, right: { ...tea, location: 'Kitchen' } }, both, common)
    assert.deepEqual([[...to.left], [...to.right]], [[['location', 'Kitchen']], []])
  })

  it('counts as edited if an edit of it was not carried over when it was written last', async () => {
    const world = await agreed()
    const copy = (): Live =>
      [...world.replicas.right.withUid('tea')].find((seen): seen is Stored & Live => isLive(seen))!
    assert.ok(isUntouchedCopy(copy()))
    world.right.edit('tea', { location: 'Kitchen' })
    world.left.edit('tea', { summary: 'Green tea' })
    world.left.trouble = () => 'throttled'
    await world.sync()
    assert.deepEqual([copy().fields.summary, copy().fields.location], ['Green tea', 'Kitchen'])
    assert.ok(!isUntouchedCopy(copy()))

    // The state is lost before the edit is carried over; it still is.
    world.left.trouble = () => 'none'
    world.agreement = new Agreement()
    await world.settle()
    assert.equal(world.left.live().get('tea')?.location, 'Kitchen')
    // From the next write on the copy is ours again.
    world.left.edit('tea', { summary: 'Black tea' })
    await world.settle()
    assert.ok(isUntouchedCopy(copy()))
  })
})
