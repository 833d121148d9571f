import assert from 'node:assert/strict'
import { merge, valueOf } from '../../src/sync/merge'
import type { Entry, Operation } from '../../src/sync/model'
import { Replica, observe } from '../../src/sync/replica'
import { DAY, HOUR, START, World, agreed, at, spoken, tea } from './world'

async function next(world: World): Promise<string> {
  await world.read()
  return spoken(world.plan())
}
const weekly = {
  when: { ...(at('2026-06-10').when as object), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'] },
  summary: 'Class',
}
const MOVED = 'exceptions.2026-06-17T08:00:00Z'
const CANCELLED = 'exceptions.2026-06-24T08:00:00Z'
const ops = (world: World): Operation[] => world.plan().flatMap((step) => (step.do === 'write' ? [step.op] : []))

describe('what the agreement keeps', () => {
  it('of a write that succeeded: both bases, in the fields written, and no note', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync()
    const entry = world.agreement.get('tea')!
    assert.ok(entry.is === 'pair')
    for (const half of [entry.left, entry.right]) {
      assert.equal(half.noted, undefined)
      assert.equal(half.held.summary, 'Green tea')
      assert.equal(valueOf(half.held, 'location'), null)
    }
    assert.equal(entry.due, undefined)
    assert.equal(entry.failures, undefined)
  })

  it('of an update: the bases of all other fields', async () => {
    const world = await agreed({ ...tea, location: 'Kitchen' })
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync()
    world.left.edit('tea', { location: 'Town' })
    world.right.edit('tea', { location: 'Village' })
    assert.equal(await next(world), 'ask (conflict)')
  })

  it('of a lost answer that came to light: the same as if it had come', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync()
    world.right.trouble = () => 'none'
    await world.sync()
    const entry = world.agreement.get('tea')!
    assert.ok(entry.is === 'pair' && entry.right.noted === undefined && entry.right.held.summary === 'Green tea')
  })

  it('of a lost answer that does not come to light at once: the note', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync((op) => world.task(op, { fields: { ...op.fields, summary: 'Busy' } }))
    world.record(world.plan()) // the server still shows what it showed before
    assert.equal(await next(world), 'nothing')
  })

  it('of a create that the flow cut short and whose answer was lost: what was left out is no difference', async () => {
    const world = new World()
    world.left.add('tea', { ...tea, description: 'Secret' })
    world.right.trouble = () => 'lost after'
    await world.sync((op) =>
      world.task(op, { fields: { when: op.fields.when!, summary: 'Busy' }, written: ['when', 'summary'] }),
    )
    assert.equal(await next(world), 'nothing')
  })

  it('of a failure: how often in a row, until it succeeds', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost before'
    await world.sync()
    await world.sync()
    assert.equal(world.agreement.get('tea')?.failures, 2)
    world.right.trouble = () => 'none'
    world.tick(25 * HOUR)
    await world.sync()
    assert.equal(world.agreement.get('tea')?.failures, undefined)
  })

  it('of what was dropped: no failure', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync(() => undefined)
    assert.equal(world.agreement.get('tea')?.failures, undefined)
    assert.equal(world.agreement.get('tea')?.due, 0)
  })

  it('of a question: whether it is about a conflict or a deletion', async () => {
    const conflict = await agreed()
    conflict.left.edit('tea', { summary: 'Left' })
    conflict.right.remove('tea')
    await conflict.sync()
    assert.equal(conflict.agreement.get('tea')?.told?.about, 'conflict')
    const missing = await agreed()
    missing.right.vanish('tea')
    await missing.read(true)
    missing.record(missing.plan())
    assert.equal(missing.agreement.get('tea')?.told?.about, 'deletion')
  })

  it('of nothing that has not changed: looking at everything again gives no step', async () => {
    const world = await agreed({ ...weekly, [MOVED]: { summary: 'Excursion' }, [CANCELLED]: null })
    assert.deepEqual(world.with({ strategy: 'left' }).plan(), [])
  })

  it('of an event alone that is gone: nothing', async () => {
    const world = new World()
    world.left.add('far', { ...at('2027-08-01'), summary: 'Far away' })
    await world.sync()
    assert.equal(world.agreement.get('far')?.is, 'alone')
    world.left.remove('far')
    await world.sync()
    assert.equal(world.agreement.get('far'), undefined)
    assert.deepEqual(world.plan(), [])
  })

  it('of an approval whose write failed: the approval', async () => {
    const world = await agreed()
    world.right.vanish('tea')
    await world.read(true)
    world.record(world.plan())
    world.answer('tea', 'right')
    world.left.trouble = () => 'throttled'
    await world.sync()
    world.left.trouble = () => 'none'
    assert.equal(await next(world), 'delete left')
  })

  it('of a skipped event that was made again under a new id: that it is skipped', async () => {
    const world = new World()
    world.left.add('tea', tea)
    await world.sync((op) => world.task(op, { action: 'skip' }))
    const [, kept] = world.left.of('tea')
    world.left.remove('tea')
    world.left.events.set('left-other', { ...kept, version: 99 })
    await world.read(true)
    world.record(world.plan())
    const entry = world.agreement.get('tea') as Extract<Entry, { is: 'alone' }>
    assert.equal(entry.id, 'left-other')
    assert.equal(spoken(world.plan()), 'nothing')
  })

  it('of a resource that was made again: its new id', async () => {
    const world = await agreed()
    const [, kept] = world.right.of('tea')
    world.right.remove('tea')
    const id = world.right.add('tea', kept.fields)
    await world.sync()
    const entry = world.agreement.get('tea')!
    assert.ok(entry.is === 'pair')
    assert.equal(entry.right.id, id)
    assert.notEqual(entry.left.id, id)
  })

  it('of two events paired by content: one entry, and nothing is forgotten that was not there', async () => {
    const world = new World()
    world.left.add('b', tea)
    world.right.add('a', tea)
    await world.read()
    const steps = world.plan()
    assert.ok(steps.every((step) => step.do === 'agree'))
    world.record(steps)
    assert.deepEqual([...world.agreement.entries.keys()], ['a'])
  })
})

describe('occurrences', () => {
  const key = 'exceptions.2026-06-17T08:00:00Z'
  const weekly = { ...tea, when: { ...(tea.when as object), recurrence: ['RRULE:FREQ=WEEKLY'] } }
  const renamed = { ...weekly, [key]: { summary: 'Late tea' } }
  const { common } = new World().rules
  const flows = { left: true, right: true }

  it('are judged alone where both sides mean the same by when, even if one never agreed on it', () => {
    const { when: _when, ...withoutWhen } = renamed
    // The left can't hold this one: what was written there is agreed, and not written again.
    const halves = { left: { id: 'l', held: weekly }, right: { id: 'r', held: withoutWhen } }
    const { to, same, open } = merge(halves, { left: weekly, right: renamed }, flows, common)
    assert.deepEqual([[...to.left], [...to.right], open], [[], [], []])
    assert.ok(same.includes('when'))
  })

  it('are judged alone if what differs was settled before when was', () => {
    // Said differently, and meant the same: each side counts as it stands.
    const alike = { 'exceptions.2026-06-24T08:00:00Z': { summary: 'Black tea' } }
    const said = { ...weekly, ...alike, location: 'Kitchen', [key]: { location: null } }
    const silent = { ...weekly, ...alike, [key]: { summary: 'Tea, later' } }
    const halves = { left: { id: 'l', held: { [key]: said[key] } }, right: { id: 'r', held: { [key]: silent[key] } } }
    const { same, open } = merge(halves, { left: said, right: silent }, flows, common)
    assert.ok(same.includes('when'))
    assert.ok(!open.includes(key))
  })

  it('are judged alone where one side agreed on when', () => {
    const other = 'exceptions.2026-06-24T08:00:00Z'
    const halves = { left: { id: 'l', held: weekly }, right: { id: 'r', held: { [other]: {} } } }
    const left = { ...weekly, [other]: { location: 'Kitchen' } }
    const { to, open } = merge(halves, { left, right: renamed }, flows, common)
    assert.deepEqual([[...to.left.keys()], [...to.right.keys()]], [[key], [other]])
    assert.ok(!open.includes(key) && !open.includes(other))
  })

  it('are in question together with when where neither side ever agreed on it', () => {
    const halves = { left: { id: 'l', held: {} }, right: { id: 'r', held: {} } }
    const { to, open } = merge(halves, { left: weekly, right: renamed }, flows, common)
    assert.deepEqual([[...to.left], [...to.right], open], [[], [], [key]])
  })
})

describe('an event that is made again', () => {
  it('in part only, starts without a base: what is missing there is nobody’s edit', async () => {
    const world = await agreed({ ...weekly, [CANCELLED]: null })
    world.right.piecemeal = true
    world.right.remove('tea')
    world.left.edit('tea', { summary: 'Lesson' })
    let request = 0
    world.right.trouble = () => ((request += 1) === 1 ? 'lost after' : 'throttled')
    await world.with({ strategy: 'left' }).sync()
    world.right.trouble = () => 'none'
    assert.equal(await next(world), `update right: ${CANCELLED}`)
    await world.settle()
    assert.equal(world.left.live().get('tea')?.[CANCELLED], null)
    assert.equal(world.right.live().get('tea')?.[CANCELLED], null)
  })

  it('and is gone when it is read again, is looked at once more', async () => {
    const world = new World()
    world.left.add('tea', tea)
    await world.read()
    const create = world.right.create.bind(world.right)
    world.right.create = async function* (uid, fields) {
      for await (const answer of create(uid, fields)) {
        world.right.remove('tea')
        yield { wrote: answer.wrote, readAgain: world.right.idFor(uid), ours: ({ fields }) => fields }
      }
    }
    await world.write()
    assert.equal(world.agreement.get('tea')?.due, 0)
  })
})

describe('why', () => {
  it('an operation says what changed where, who wins, and what is new or deleted', async () => {
    const world = await agreed()
    world.right.edit('tea', { summary: 'Green tea', when: at('2026-06-11').when })
    world.left.add('new', { ...at('2026-06-15'), summary: 'New' })
    await world.read()
    assert.deepEqual(
      ops(world)
        .map(({ reason }) => reason)
        .sort(),
      ['changed in Right: start, end, recurrence, summary', 'new in Left'],
    )
    const conflict = await agreed()
    conflict.left.edit('tea', { summary: 'Left' })
    conflict.right.edit('tea', { summary: 'Right' })
    await conflict.with({ strategy: 'right' }).read()
    assert.deepEqual(
      ops(conflict).map(({ reason }) => reason),
      ['Right wins: summary'],
    )
    const deletion = await agreed()
    deletion.left.remove('tea')
    await deletion.read()
    assert.deepEqual(
      ops(deletion).map(({ reason }) => reason),
      ['deleted in Left'],
    )
  })
})

describe('who may be written', () => {
  it('an event that nobody may write is reported only when there is something to write', async () => {
    const world = await agreed()
    world.right.fix('tea', 'it has guests')
    assert.equal(await next(world), 'nothing')
    world.left.edit('tea', { summary: 'Left' })
    world.right.edit('tea', { summary: 'Right' })
    assert.equal(await next(world), 'leave (not-writable) + update left: summary')
  })

  it('special kinds of events are carried only where they were chosen', async () => {
    for (const [kinds, expected] of [
      [['default', 'outOfOffice'], 'create right'],
      [['default'], 'nothing'],
    ] as const) {
      const world = new World().with({ kinds })
      const id = world.left.add('away', { ...tea, summary: 'Away' })
      await world.read()
      const seen = world.replicas.left.get(id)!
      assert.ok(seen.is === 'live')
      world.replicas.left.record({ ...seen, kind: 'outOfOffice' }, START)
      assert.equal(spoken(world.plan()), expected)
    }
  })

  it('of two resources with one UID the one with the smaller id is written', async () => {
    const world = new World()
    world.left.add('tea', tea)
    const [, kept] = world.left.of('tea')
    world.left.events.set('a-left-tea', { ...kept })
    await world.sync()
    const entry = world.agreement.get('tea')!
    assert.ok(entry.is === 'pair')
    assert.equal(entry.left.id, 'a-left-tea')
  })

  it('in a one-way node the original’s side is known by the mark when the state was lost', async () => {
    const world = await agreed()
    world.agreement = new World().agreement
    await world.read(true)
    world.record(world.oneWay('right').plan())
    const entry = world.agreement.get('tea')!
    assert.ok(entry.is === 'pair')
    assert.equal(entry.born, 'left')
    const mirrored = await agreed()
    mirrored.agreement = new World().agreement
    const { left, right } = mirrored.replicas
    mirrored.replicas = { left: right, right: left }
    mirrored.record(mirrored.plan())
    const other = mirrored.agreement.get('tea')!
    assert.ok(other.is === 'pair')
    assert.equal(other.born, 'right')
  })
})

describe('a replica', () => {
  const seen = (summary: string, changedAt = START) =>
    ({ uid: 'tea', id: 'tea', is: 'live', ref: summary, fields: { ...tea, summary }, changedAt }) as const

  it('numbers each change, and takes no news for none', () => {
    const replica = new Replica('epoch')
    assert.equal(replica.record(seen('Tea'), START)?.seq, 1)
    assert.equal(replica.record(seen('Tea'), START), undefined)
    assert.equal(replica.record(seen('Green tea'), START)?.seq, 2)
    assert.equal(replica.seq, 2)
  })

  it('keeps the stamp of the last change of content, whatever the server does on its own', () => {
    const replica = new Replica('epoch')
    replica.record(seen('Tea', 1), START)
    const touched = replica.record({ ...seen('Tea', 2), ref: 'other' }, START)
    assert.equal(touched?.is === 'live' && touched.changedAt, 1)
    const edited = replica.record(seen('Green tea', 3), START)
    assert.equal(edited?.is === 'live' && edited.changedAt, 3)
  })

  it('keeps the uid under which it first knew a resource', () => {
    const replica = new Replica('epoch')
    replica.record(seen('Tea'), START)
    assert.equal(replica.record({ ...seen('Tea'), uid: 'renamed', ref: 'x' }, START)?.uid, 'tea')
  })

  it('takes the uid of what it could not read at first once it can, and finds it by that alone', () => {
    const replica = new Replica('epoch')
    replica.record({ uid: '/x.ics', id: '/x.ics', is: 'unread', reason: 'broken' }, START)
    replica.record({ ...seen('Tea'), id: '/x.ics', uid: 'real' }, START)
    assert.deepEqual(
      [...replica.withUid('real')].map(({ id }) => id),
      ['/x.ics'],
    )
    assert.deepEqual([...replica.withUid('/x.ics')], [])
    replica.record({ uid: 'known', id: '/y.ics', is: 'unread', reason: 'broken' }, START)
    assert.equal(replica.record({ ...seen('Tea'), id: '/y.ics', uid: 'other' }, START)?.uid, 'known')
  })

  it('forgets what has been gone for 90 days, and nothing else', () => {
    const replica = new Replica('epoch')
    replica.record(seen('Tea'), START)
    replica.record({ ...seen('Old'), id: 'old', uid: 'old' }, START)
    replica.record({ uid: 'old', id: 'old', is: 'gone', how: 'deleted' }, START)
    replica.record(seen('Green tea'), START)
    assert.deepEqual(replica.prune(START + 89 * DAY), [])
    assert.deepEqual(replica.prune(START + 91 * DAY), ['old'])
    assert.equal(replica.get('old'), undefined)
    assert.ok(replica.get('tea'))
  })

  it('keeps what was gone last, so that the count goes on from there after a restart', () => {
    const replica = new Replica('epoch')
    replica.record({ ...seen('Old'), id: 'old', uid: 'old' }, START)
    replica.record({ uid: 'old', id: 'old', is: 'gone', how: 'deleted' }, START)
    const { seq } = replica
    assert.deepEqual(replica.prune(START + 91 * DAY), [])
    const again = new Replica('epoch', new Map(replica.entries))
    assert.ok((again.record(seen('Tea'), START + 91 * DAY)?.seq ?? 0) > seq)
  })

  it('hears nothing of what it never knew, and says what a read changed', () => {
    const replica = new Replica('epoch')
    const gone = { uid: 'x', id: 'x', is: 'gone', how: 'deleted' } as const
    const read = { kind: 'incremental', position: null, seen: [gone, seen('Tea')] } as const
    assert.deepEqual(
      observe(replica, read, START).map(({ id }) => id),
      ['tea'],
    )
    assert.equal(observe(replica, read, START).length, 0)
  })

  it('takes what a complete read lacks as missing, once', () => {
    const replica = new Replica('epoch')
    replica.record(seen('Tea'), START)
    const read = { kind: 'full', position: null, seen: [], unchanged: [] } as const
    const [missing] = observe(replica, read, START + HOUR)
    assert.equal(missing?.is === 'gone' && missing.how, 'missing')
    assert.equal(missing?.at, START + HOUR)
    assert.deepEqual(observe(replica, read, START + HOUR), [])
  })
})
