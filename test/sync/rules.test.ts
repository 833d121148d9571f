import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { Agreement } from '../../src/sync/agreement'
import { cut } from '../../src/sync/limit'
import { isStopped } from '../../src/sync/operation'
import { toLookAt } from '../../src/sync/plan'
import type { Operation } from '../../src/sync/model'
import type { Task } from '../../src/sync/task'
import { DAY, HOUR, START, World, agreed, at, spoken, tea } from './world'

const weekly = (rule = 'RRULE:FREQ=WEEKLY;BYDAY=WE', date = '2026-06-10'): Fields => ({
  when: { ...(at(date).when as object), recurrence: [rule] },
  summary: 'Class',
})
const MOVED = 'exceptions.2026-06-17T08:00:00Z'
const CANCELLED = 'exceptions.2026-06-24T08:00:00Z'

/** What a plan says now, without carrying anything out. */
async function next(world: World, full = false): Promise<string> {
  await world.read(full)
  return spoken(world.plan())
}

async function paired(left: Fields, right: Fields): Promise<World> {
  const world = new World()
  world.left.add('tea', { ...tea, ...left })
  world.right.add('tea', { ...tea, ...right })
  await world.read()
  return world
}

describe('first pairing', () => {
  it('pairs by UID and agrees where both mean the same', async () => {
    const world = await paired({}, {})
    assert.equal(spoken(world.plan()), 'nothing')
    world.record(world.plan())
    assert.equal(world.agreement.paired, 1)
  })

  it('pairs different UIDs by time, recurrence and summary, where each is the only one of its kind', async () => {
    const world = new World()
    world.left.add('one', tea)
    world.right.add('two', tea)
    await world.sync()
    assert.equal(world.left.live().size + world.right.live().size, 2)
    world.left.edit('one', { location: 'Kitchen' })
    await world.settle()
    assert.equal(world.right.live().get('two')?.location, 'Kitchen')
  })

  it('pairs nothing by content where one side has two that differ otherwise', async () => {
    const world = new World()
    world.left.add('one', { ...tea, location: 'Kitchen' })
    world.left.add('other', { ...tea, location: 'Garden' })
    world.right.add('two', tea)
    assert.equal(await next(world), 'create left + create right + create right')
  })

  it('pairs nothing by content that has one of its own UID, or had one that may come back', async () => {
    for (const [vanishes, expected] of [
      [false, 'create right'],
      [true, 'create right'],
    ] as const) {
      const world = new World()
      world.left.add('one', { ...tea, summary: 'Changed since' })
      world.right.add('one', tea)
      world.left.add('two', tea)
      if (vanishes) {
        await world.read()
        world.left.vanish('one')
        await world.read(true)
      }
      const plan = await next(world)
      assert.ok(plan.split(' + ').includes(expected), plan)
    }
  })

  it('forgets what it knew of both when it pairs them by content', async () => {
    const world = new World()
    world.left.add('one', { ...at('2027-08-01'), summary: 'Far away' })
    await world.sync()
    assert.equal(world.agreement.get('one')?.is, 'alone')
    world.right.add('two', { ...at('2027-08-01'), summary: 'Far away' })
    await world.sync()
    world.tick(100 * DAY)
    await world.settle()
    assert.equal(world.left.live().size + world.right.live().size, 2)
  })

  it('of two resources with one UID the one with the smaller id counts; the other is left alone and reported', async () => {
    const world = new World()
    world.left.add('tea', tea)
    world.left.events.set('left-tea-again', { ...world.left.of('tea')[1] })
    assert.equal(await next(world), 'create right + leave (duplicate)')
  })
})

describe('no base, no overwriting', () => {
  it('asks where contents differ, and leaves both as they are', async () => {
    const world = await paired({ summary: 'Tea' }, { summary: 'Coffee' })
    assert.equal(spoken(world.plan()), 'ask (no-base)')
    assert.equal(spoken(world.with({ strategy: 'latest-wins' }).plan()), 'ask (no-base)')
  })

  it('fills in what only one side has', async () => {
    const world = await paired({ location: 'Kitchen' }, { description: 'With milk' })
    assert.equal(spoken(world.plan()), 'update left: description + update right: location')
  })

  it('never fills in a status, a time or an exception', async () => {
    const status = await paired({ status: 'tentative' }, {})
    assert.equal(spoken(status.plan()), 'ask (no-base)')
    const exception = await paired({ ...weekly(), [CANCELLED]: null }, weekly())
    assert.equal(spoken(exception.plan()), 'ask (no-base)')
    const when = await paired(at('2026-06-11'), {})
    assert.equal(spoken(when.plan()), 'ask (no-base)')
  })

  it('takes differences outside the window as they stand, and carries on from there', async () => {
    const past = at('2026-01-10')
    const world = await paired({ ...past, summary: 'Tea' }, { ...past, summary: 'Coffee' })
    assert.equal(spoken(await world.sync()), 'nothing')
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'update right: summary')
  })

  it('left-wins and right-wins write', async () => {
    const world = await paired({ summary: 'Tea' }, { summary: 'Coffee' })
    assert.equal(spoken(world.with({ strategy: 'left' }).plan()), 'update right: summary')
    assert.equal(spoken(world.with({ strategy: 'right' }).plan()), 'update left: summary')
  })

  it('a changed copy that bears our mark never wins over its original', async () => {
    const world = await agreed()
    world.right.edit('tea', { summary: 'Edited copy' })
    world.agreement = new World().agreement // the state was lost
    assert.equal(await next(world.with({ strategy: 'right' })), 'ask (no-base)')
    assert.equal(await next(world.with({ strategy: 'left' })), 'update right: summary')
  })

  it('a copy that still is what we wrote counts as unchanged when the state was lost', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.agreement = new World().agreement
    assert.equal(await next(world), 'update right: summary')
  })

  it('asks in a one-way node too, rather than overwrite what the target held before', async () => {
    const world = (await paired({ summary: 'Tea' }, { summary: 'Coffee' })).oneWay('right')
    assert.equal(spoken(world.plan()), 'ask (no-base)')
  })
})

describe('both halves advance together', () => {
  it('a series that fails in the middle leaves no false change: the next run writes the rest', async () => {
    const world = await agreed(weekly())
    world.right.piecemeal = true
    world.left.edit('tea', { summary: 'Lesson', [MOVED]: { summary: 'Excursion' }, [CANCELLED]: null })
    let request = 0
    world.right.trouble = () => ((request += 1) === 2 ? 'throttled' : 'none')
    await world.sync()
    assert.equal(world.right.live().get('tea')?.summary, 'Lesson')
    assert.equal(await next(world), `update right: ${MOVED}, ${CANCELLED}`)
    await world.settle()
    assert.deepEqual(world.right.live().get('tea')?.[CANCELLED], null)
    assert.equal(await next(world), 'nothing')
  })

  it('a copy that was rewritten on the way is not seen as an edit, and its other fields flow back', async () => {
    const world = new World()
    world.left.add('tea', tea)
    const busy = (op: Operation): Task => world.task(op, { fields: { ...op.fields, summary: 'Busy' } })
    await world.sync(busy)
    assert.equal(world.right.live().get('tea')?.summary, 'Busy')
    assert.equal(await next(world), 'nothing')
    world.right.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'update left: location')
    await world.sync()
    assert.equal(world.left.live().get('tea')?.summary, 'Tea')
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'update right: summary')
  })

  it('what the flow leaves out of a create is not seen as a change of the original', async () => {
    const world = new World()
    world.left.add('tea', { ...tea, description: 'Secret', location: 'Kitchen' })
    await world.sync((op) =>
      world.task(op, { fields: { when: op.fields.when!, summary: 'Busy' }, written: ['when', 'summary'] }),
    )
    assert.equal(world.right.live().get('tea')?.description, null)
    assert.equal(await next(world), 'nothing')
    world.left.edit('tea', { location: 'Town' })
    assert.equal(await next(world), 'update right: location')
  })

  it('a name that the flow removes from an update is planned again', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea', location: 'Kitchen' })
    await world.sync((op) => world.task(op, { written: ['summary'] }))
    assert.equal(await next(world), 'update right: location')
  })

  it('an operation that is dropped is planned again, under the same id', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    const first = await world.sync(() => undefined)
    const second = await world.sync(() => undefined)
    const ids = [first, second].map((steps) => steps.find((step) => step.do === 'write')?.op.id)
    assert.ok(ids[0])
    assert.equal(ids[0], ids[1])
  })
})

describe('our own write is never somebody else’s edit', () => {
  it('a write whose answer was lost is recognised', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync()
    assert.equal(await next(world), 'nothing')
  })

  it('also where the flow had rewritten it', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync((op) => world.task(op, { fields: { ...op.fields, summary: 'Busy' } }))
    assert.equal(await next(world), 'nothing')
    world.left.edit('tea', { summary: 'Black tea' })
    assert.equal(await next(world), 'update right: summary')
  })

  it('a create whose answer was lost is recognised, and its original’s deletion is carried on', async () => {
    const world = new World()
    world.left.add('tea', tea)
    world.right.trouble = () => 'lost after'
    await world.sync()
    world.left.remove('tea')
    assert.equal(await next(world), 'delete right')
  })

  it('a write that never arrived is planned again', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost before'
    await world.sync()
    world.right.trouble = () => 'none'
    assert.equal(await next(world), 'update right: summary')
  })

  it('a write whose answer was lost is recognised also if another one followed before anybody looked', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.read()
    const [op] = world.record(world.plan())
    world.right.trouble = () => 'lost after'
    await world.carryOut([world.task(op!, { fields: { ...op!.fields, summary: 'Busy' } })])
    world.right.trouble = () => 'none'
    await world.carryOut([world.task(op!)]) // the flow had held it, and hands it on twice
    assert.equal(await next(world), 'nothing')
    assert.equal(world.left.live().get('tea')?.summary, 'Green tea')
    assert.equal(world.right.live().get('tea')?.summary, 'Busy')
  })

  it('a write whose answer was lost is recognised when the event can be read again', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync((op) => world.task(op, { fields: { ...op.fields, summary: 'Busy' } }))
    const { entries } = world.replicas.right
    for (const { id, uid } of [...entries.values()]) {
      world.replicas.right.record({ id, uid, is: 'unread', reason: 'The server does not give it.' }, world.clock)
    }
    assert.equal(spoken(await world.write()), 'nothing')
    world.positions.right = null
    assert.equal(await next(world), 'nothing')
  })

  it('an edit by the user after our lost write stays an edit', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'lost after'
    await world.sync()
    world.right.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'update left: location')
  })
})

describe('missing is not deleted', () => {
  it('a complete read that lacks an event asks; approving deletes the other, keeping leaves it alone', async () => {
    for (const [choice, expected] of [
      ['right', 'delete left'],
      ['keep', 'nothing'],
    ] as const) {
      const world = await agreed()
      world.right.vanish('tea')
      assert.equal(await next(world, true), 'ask (missing)')
      world.record(world.plan())
      world.answer('tea', choice)
      assert.equal(spoken(world.plan()), expected)
      await world.settle()
      assert.equal(world.left.live().size, choice === 'keep' ? 1 : 0)
      assert.equal(world.right.live().size, 0)
    }
  })

  it('an event that was kept is copied again once it changes', async () => {
    const world = await agreed()
    world.right.vanish('tea')
    await world.read(true)
    world.record(world.plan())
    world.answer('tea', 'keep')
    await world.settle()
    world.left.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'create right')
  })

  it('a forced full read takes the delta first, so that it swallows no deletion', async () => {
    const world = await agreed()
    world.right.remove('tea')
    assert.equal(await next(world, true), 'delete left')
  })

  it('a resource that was made again under the same UID is merely changed', async () => {
    const world = await agreed()
    const [, kept] = world.right.of('tea')
    world.right.remove('tea')
    world.right.add('tea', { ...kept.fields, location: 'Kitchen' })
    assert.equal(await next(world), 'update left: location')
  })

  it('nothing is planned for an event that can’t be read', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.read()
    const { id } = world.replicas.right.get(world.right.of('tea')[0])!
    world.replicas.right.record({ uid: 'tea', id, is: 'unread', reason: 'broken' }, world.clock)
    assert.equal(spoken(world.plan()), 'nothing')
    world.record(world.plan())
    world.replicas.right.record(world.right.seen(id), world.clock)
    assert.equal(spoken(world.plan()), 'update right: summary', 'and nothing is forgotten')
  })

  it('nor is one made again that can’t be read, or is missing and there after all, when the agreement is lost', async () => {
    const world = await agreed()
    const id = world.right.of('tea')[0]
    world.agreement = new Agreement()
    world.replicas.right.record({ uid: 'tea', id, is: 'unread', reason: 'broken' }, world.clock)
    assert.equal(spoken(world.plan()), 'nothing')
    world.replicas.right.record({ uid: 'tea', id, is: 'gone', how: 'missing' }, world.clock)
    assert.equal(spoken(await world.write()), 'create right')
    await world.settle()
    assert.equal(world.right.live().size, 1)
    assert.equal(world.agreement.paired, 1)
  })
})

describe('one way', () => {
  it('the target’s own events and edits stay, and the source’s edit is carried out over them', async () => {
    const world = (await agreed()).oneWay('right')
    world.right.add('own', { ...at('2026-06-12'), summary: 'Own' })
    world.right.edit('tea', { summary: 'My tea', location: 'Kitchen' })
    assert.equal(await next(world), 'nothing')
    world.record(world.plan())
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'update right: summary')
    await world.sync()
    assert.equal(world.right.live().get('tea')?.location, 'Kitchen')
    assert.ok(
      world.lost.some((each) => each.fields.summary === 'My tea'),
      'the loser is kept',
    )
  })

  it('a copy deleted on the target is made again once the original changes', async () => {
    const world = (await agreed()).oneWay('right')
    world.right.remove('tea')
    assert.equal(spoken(await world.sync()), 'nothing')
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'create right')
  })

  it('two one-way "Busy" mirrors in opposite directions live side by side', async () => {
    const world = new World()
    world.left.add('mine', { ...tea, summary: 'Dentist' })
    world.right.add('work', { ...at('2026-06-12'), summary: 'Meeting' })
    const busy = (op: Operation): Task => world.task(op, { fields: { ...op.fields, summary: 'Busy' } })
    for (let round = 0; round < 3; round += 1) {
      await world.oneWay('right').sync(busy)
      await world.oneWay('left').sync(busy)
    }
    world.left.edit('mine', { location: 'Town' })
    world.right.remove('work')
    for (let round = 0; round < 2; round += 1) {
      await world.oneWay('right').sync(busy)
      await world.oneWay('left').sync(busy)
    }
    const summaries = (side: 'left' | 'right'): unknown[] =>
      [...world.sides[side].live().values()].map((each) => each.summary)
    assert.deepEqual(summaries('left'), ['Dentist'])
    assert.deepEqual(summaries('right'), ['Busy'])
    assert.equal(world.right.live().get('mine')?.location, 'Town')
  })

  it('a read-only calendar gets nothing, and what happens there is carried on', async () => {
    const world = await agreed()
    world.with({ into: { left: true, right: false } })
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'nothing')
    world.right.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'update left: location')
  })

  it('an event that nobody may write is left alone and reported', async () => {
    const world = await agreed()
    world.right.fix('tea', 'it has guests')
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'leave (not-writable)')
    world.left.remove('tea')
    assert.equal(await next(world), 'leave (not-writable)')
  })
})

describe('skip', () => {
  const skip = (world: World) => (op: Operation) => world.task(op, { action: 'skip' })

  it('an update: the base stays, and when the event changes again the whole difference is planned', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync(skip(world))
    assert.equal(await next(world), 'nothing')
    world.left.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'update right: location, summary')
  })

  it('an update stays skipped when the other side’s edit is written over here', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync(skip(world))
    world.right.edit('tea', { location: 'Kitchen' })
    assert.equal(spoken(await world.sync()), 'update left: location')
    assert.equal(await next(world), 'nothing')
  })

  it('a create: copied nowhere until it changes', async () => {
    const world = new World()
    world.left.add('tea', tea)
    await world.sync(skip(world))
    assert.equal(await next(world), 'nothing')
    world.left.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'create right')
  })

  it('a delete: the copy stays, alone, until it changes', async () => {
    const world = await agreed()
    world.left.remove('tea')
    await world.sync(skip(world))
    assert.equal(await next(world), 'nothing')
    assert.equal(world.right.live().size, 1)
    world.right.edit('tea', { location: 'Kitchen' })
    assert.equal(await next(world), 'create left')
  })
})

describe('the window', () => {
  const cases: [string, Fields, 'in' | 'out'][] = [
    ['an event inside', tea, 'in'],
    ['an event long past', at('2026-04-01'), 'out'],
    ['an event in two years', at('2028-06-01'), 'out'],
    ['an old series without an end', weekly('RRULE:FREQ=WEEKLY;BYDAY=WE', '2020-06-10'), 'in'],
    ['an old series whose UNTIL is past', weekly('RRULE:FREQ=WEEKLY;UNTIL=20210101T000000Z', '2020-06-10'), 'out'],
    ['an old series whose UNTIL is inside', weekly('RRULE:FREQ=WEEKLY;UNTIL=20260601T000000Z', '2020-06-10'), 'in'],
    ['an old series whose COUNT may reach inside', weekly('RRULE:FREQ=WEEKLY;COUNT=300', '2020-06-10'), 'in'],
    ['an old series whose COUNT can’t', weekly('RRULE:FREQ=DAILY;COUNT=10', '2020-06-10'), 'out'],
    ['an old event with an RDATE inside', weekly('RDATE:20260610T080000Z', '2020-06-10'), 'in'],
    [
      'an ended series with an occurrence moved inside',
      {
        ...weekly('RRULE:FREQ=WEEKLY;COUNT=2', '2020-06-10'),
        'exceptions.2020-06-17T08:00:00Z': { ...startEnd('2026-06-12') },
      },
      'in',
    ],
    ['a series that begins in two years', weekly('RRULE:FREQ=WEEKLY', '2028-06-14'), 'out'],
  ]
  for (const [name, fields, where] of cases) {
    it(`${name} is ${where === 'in' ? 'copied' : 'not copied'}`, async () => {
      const world = new World()
      world.left.add('tea', { ...fields, summary: 'Tea' })
      assert.equal(await next(world), where === 'in' ? 'create right' : 'nothing')
    })
  }

  it('an event is due on the day it enters', async () => {
    const world = new World()
    world.left.add('tea', { ...at('2027-06-11'), summary: 'Tea' }) // 375 days after the start
    assert.equal(spoken(await world.sync()), 'nothing')
    world.tick(9 * DAY)
    assert.equal(spoken(await world.sync()), 'nothing')
    world.tick(DAY + 3 * HOUR)
    assert.equal(await next(world), 'create right')
  })

  it('a pair stays in step after it left the window', async () => {
    const world = await agreed()
    world.tick(100 * DAY)
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'update right: summary')
  })
})

function startEnd(date: string): { [key: string]: never } {
  return at(date).when as { [key: string]: never }
}

describe('latest-wins', () => {
  async function conflict(order: 'left later' | 'right later' | 'equal'): Promise<World> {
    const world = (await agreed()).with({ strategy: 'latest-wins' })
    world.left.edit('tea', { summary: 'Left' })
    if (order !== 'equal') world.tick(order === 'right later' ? HOUR : -HOUR)
    world.right.edit('tea', { summary: 'Right' })
    return world
  }

  it('the later stamp wins', async () => {
    assert.equal(await next(await conflict('left later')), 'update right: summary')
    assert.equal(await next(await conflict('right later')), 'update left: summary')
  })

  it('equal stamps ask', async () => {
    assert.equal(await next(await conflict('equal')), 'ask (conflict)')
  })

  it('our own write does not make a version later', async () => {
    const world = (await agreed()).with({ strategy: 'latest-wins' })
    world.right.edit('tea', { summary: 'Right, early' })
    world.tick(HOUR)
    world.left.edit('tea', { location: 'Kitchen', summary: 'Left, later' })
    world.tick(HOUR)
    await world.read()
    // The location alone is written to the right, which gives that resource a new stamp by the server.
    const [op] = world.record(world.plan())
    assert.deepEqual(await world.carryOut([world.task(op!, { written: ['location'] })]), [{ status: 'ok' }])
    assert.ok(world.right.of('tea')[1].changedAt > world.left.of('tea')[1].changedAt)
    assert.equal(await next(world), 'update right: summary')
  })
})

describe('an answer', () => {
  async function asked(): Promise<World> {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Left' })
    world.right.edit('tea', { summary: 'Right', location: 'Kitchen' })
    await world.sync()
    return world
  }

  it('is asked once, while the other fields go on', async () => {
    const world = await asked()
    assert.equal(world.left.live().get('tea')?.location, 'Kitchen')
    const again = world.plan().find((step) => step.do === 'ask')
    assert.ok(again === undefined || !again.isNew)
    world.left.edit('tea', { description: 'With milk' })
    await world.read()
    const steps = world.plan()
    assert.equal(spoken(steps), 'ask (conflict) + update right: description')
    assert.equal(steps.find((step) => step.do === 'ask')?.isNew, false)
  })

  it('left, right and an edited event settle it', async () => {
    for (const [choice, left, right] of [
      ['left', 'Left', 'Left'],
      ['right', 'Right', 'Right'],
      [{ event: { summary: 'Agreed' } }, 'Agreed', 'Agreed'],
    ] as const) {
      const world = await asked()
      world.answer('tea', choice)
      await world.settle()
      assert.deepEqual([world.left.live().get('tea')?.summary, world.right.live().get('tea')?.summary], [left, right])
      assert.equal(world.agreement.open.size, 0)
      assert.equal(world.agreement.get('tea')?.answer, undefined)
    }
  })

  it('an edited event that clears a field clears it on both sides', async () => {
    const world = await agreed({ ...tea, location: 'Kitchen' })
    world.left.edit('tea', { location: 'Town' })
    world.right.edit('tea', { location: 'Village' })
    await world.sync()
    world.answer('tea', { event: { location: null } })
    await world.settle()
    assert.deepEqual([world.left.live().get('tea')?.location, world.right.live().get('tea')?.location], [null, null])
  })

  it('both: the left version stays, the right one becomes a new event first, and stands on both sides in the end', async () => {
    const world = await asked()
    world.answer('tea', { both: 'left' })
    assert.equal(await next(world), 'create right')
    world.right.trouble = () => 'throttled'
    await world.sync()
    assert.equal(world.right.live().get('tea')?.summary, 'Right', 'the overwriting waits')
    world.right.trouble = () => 'none'
    await world.settle()
    for (const side of ['left', 'right'] as const) {
      assert.deepEqual([...world.sides[side].live().values()].map((each) => each.summary).sort(), ['Left', 'Right'])
    }
  })

  it('both: in a one-way node the other version becomes a new event on the side that may be written', async () => {
    const world = (await paired({ summary: 'Left' }, { summary: 'Right' })).oneWay('left')
    world.left.add('cake', { ...at('2026-06-11'), summary: 'Cake' })
    assert.equal(spoken(await world.write()), 'ask (no-base)')
    world.answer('tea', { both: 'left' })
    assert.equal(await next(world), 'create left')
    await world.settle()
    const titles = (side: 'left' | 'right'): unknown[] => [...world[side].live().values()].map((each) => each.summary)
    assert.deepEqual([titles('left').sort(), titles('right')], [['Cake', 'Left', 'Right'], ['Right']])
    assert.equal(world.agreement.open.size, 0)
  })

  it('both: is asked again when the flow skips the new event, not planned for ever', async () => {
    const world = await asked()
    world.answer('tea', { both: 'left' })
    await world.sync((op) => world.task(op, { action: 'skip' }))
    const steps = await world.sync()
    assert.equal(spoken(steps), 'ask (conflict)')
    assert.equal(steps.find((step) => step.do === 'ask')?.isNew, true)
    assert.equal(spoken(await world.sync()), 'nothing')
  })

  it('both: where nothing may be written, both stay as they are', async () => {
    const world = await asked()
    world.answer('tea', { both: 'left' })
    world.with({ into: { left: false, right: false } })
    assert.equal(await next(world), 'nothing')
  })

  describe('about an event that was edited here and deleted there', () => {
    async function deleted(): Promise<World> {
      const world = await agreed()
      world.left.edit('tea', { summary: 'Left' })
      world.right.remove('tea')
      await world.sync()
      return world
    }

    it('that is an edited event is written here first, and then made again there, without asking anew', async () => {
      const world = await deleted()
      world.answer('tea', { event: { summary: 'Agreed', location: 'Kitchen' } })
      assert.equal(await next(world), 'update left: location, summary')
      await world.write()
      assert.equal(await next(world), 'create right')
      await world.settle()
      for (const side of ['left', 'right'] as const) {
        const now = world[side].live().get('tea')
        assert.deepEqual([now?.summary, now?.location], ['Agreed', 'Kitchen'])
      }
      assert.equal(world.agreement.open.size, 0)
    })

    it('that is the event as it is needs no writing here', async () => {
      const world = await deleted()
      world.answer('tea', { event: { summary: 'Left' } })
      assert.equal(await next(world), 'create right')
    })

    for (const where of ['in its place', 'under another id'] as const) {
      it(`finds the event where it was restored meanwhile, ${where}, and makes no second one`, async () => {
        for (const choice of [{ event: { summary: 'Agreed', location: 'Kitchen' } }, 'left'] as const) {
          const world = await deleted()
          world.answer('tea', choice)
          world.right.restore('tea', where === 'in its place' ? undefined : 'elsewhere')
          await world.write()
          await world.settle()
          assert.equal([...world.right.events.values()].filter((each) => !each.deleted).length, 1)
          const { summary, location } = world.left.live().get('tea')!
          const other = world.right.live().get('tea')!
          assert.deepEqual([summary, location], [other.summary, other.location])
          assert.equal(summary, choice === 'left' ? 'Left' : 'Agreed')
          assert.equal(world.agreement.open.size, 0)
        }
      })
    }

    it('asks anew where it was restored meanwhile and edited', async () => {
      const world = await deleted()
      world.answer('tea', { event: { summary: 'Agreed' } })
      world.right.restore('tea')
      world.right.edit('tea', { summary: 'Right' })
      await world.write()
      assert.equal(spoken(await world.write()), 'create right')
      assert.equal(spoken(await world.write()), 'ask (conflict)')
      assert.equal(world.right.live().get('tea')?.summary, 'Right')
    })

    it('writes only what both sides can hold', async () => {
      const world = await deleted()
      world.answer('tea', { event: { color: '#ff0000' } })
      world.with({ common: { has: (field) => field !== 'color', fit: (_field, value) => value } })
      assert.equal(await next(world), 'create right')
    })

    it('may be given for one run only, and is asked for again if that run stopped before it wrote', async () => {
      for (const world of [await asked(), await deleted()]) {
        await world.settle()
        const { compared } = world.agreement
        world.with({ strategy: 'left' })
        await world.read()
        const steps = world.plan()
        assert.equal(steps.filter((step) => step.do === 'write').length, 1)
        world.record(steps)
        world.agreement.compared = compared
        world.with({ strategy: 'manual' })
        assert.equal(await next(world), 'ask (conflict)')
      }
    })

    it('says since when it is waited for', async () => {
      const world = await deleted()
      assert.equal(world.agreement.get('tea')?.told?.at, world.clock)
    })
  })

  it('that says when it takes place says it of all occurrences that are in question', async () => {
    const { when: moved = null } = weekly('RRULE:FREQ=WEEKLY', '2026-06-11')
    const world = await agreed({ ...weekly('RRULE:FREQ=WEEKLY'), summary: 'Tea' })
    world.left.edit('tea', { when: moved })
    world.right.edit('tea', { 'exceptions.2026-06-17T08:00:00Z': { summary: 'Late tea' } })
    await world.sync()
    world.answer('tea', { event: { when: moved } })
    await world.settle()
    assert.equal(world.agreement.open.size, 0)
    const { when, ...rest } = world.right.live().get('tea')!
    assert.deepEqual(when, moved)
    assert.ok(!Object.keys(rest).some((name) => name.startsWith('exceptions.')))
  })

  it('that comes late does not hit a newer conflict', async () => {
    const world = await asked()
    const entry = world.agreement.get('tea')!
    world.right.edit('tea', { summary: 'Right, again' })
    world.agreement.set({ ...entry, answer: { to: entry.told!.id, choice: 'left' } })
    await world.read()
    const steps = world.plan()
    assert.equal(spoken(steps), 'ask (conflict)')
    assert.equal(steps.find((step) => step.do === 'ask')?.isNew, true)
  })

  it('is not forgotten when its write fails', async () => {
    const world = await asked()
    world.answer('tea', 'left')
    world.right.trouble = () => 'throttled'
    await world.sync()
    world.right.trouble = () => 'none'
    assert.equal(await next(world), 'update right: summary')
  })

  it('is not needed any more when the sides agree again', async () => {
    const world = await asked()
    world.right.edit('tea', { summary: 'Left' })
    assert.equal(spoken(await world.sync()), 'nothing')
    assert.equal(world.agreement.open.size, 0)
  })
})

describe('when and its occurrences are judged together', () => {
  it('a series moved here and an occurrence changed there is a conflict of both', async () => {
    const world = await agreed(weekly())
    world.left.edit('tea', { when: weekly('RRULE:FREQ=WEEKLY;BYDAY=WE', '2026-06-03').when })
    world.right.edit('tea', { [MOVED]: { summary: 'Excursion' } })
    await world.read()
    const ask = world.plan().find((step) => step.do === 'ask')
    assert.deepEqual(ask?.question.fields, [MOVED, 'when'])
  })

  it('different occurrences changed on both sides are merged without asking', async () => {
    const world = await agreed(weekly())
    world.left.edit('tea', { [MOVED]: { summary: 'Excursion' } })
    world.right.edit('tea', { [CANCELLED]: null })
    assert.equal(await next(world), `update left: ${CANCELLED} + update right: ${MOVED}`)
  })

  it('a moved series takes its occurrences along', async () => {
    const world = await agreed({ ...weekly(), [MOVED]: { summary: 'Excursion' } })
    world.left.edit('tea', {
      when: at('2026-06-10', '12:00:00').when,
      [MOVED]: {},
    })
    assert.equal(await next(world), `update right: ${MOVED}, when`)
    await world.settle()
    assert.equal(MOVED in world.right.live().get('tea')!, false)
  })
})

describe('current', () => {
  it('an operation is stale once either side holds something else in the fields that it changes', async () => {
    for (const side of ['left', 'right'] as const) {
      const world = await agreed()
      world.left.edit('tea', { summary: 'Green tea' })
      await world.read()
      const [op] = world.record(world.plan())
      world.sides[side].edit('tea', { summary: 'Black tea' })
      await world.read()
      assert.deepEqual(await world.carryOut([world.task(op!)]), [{ status: 'stale' }])
    }
  })

  it('an edit of another field does not make it stale', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.read()
    const [op] = world.record(world.plan())
    world.right.edit('tea', { location: 'Kitchen' })
    await world.read()
    assert.deepEqual(await world.carryOut([world.task(op!)]), [{ status: 'ok' }])
    assert.equal(world.right.live().get('tea')?.location, 'Kitchen')
  })

  it('an edit between read and write is not overwritten', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.read()
    const [op] = world.record(world.plan())
    world.right.edit('tea', { summary: 'Black tea' })
    assert.deepEqual(await world.carryOut([world.task(op!)]), [{ status: 'stale' }])
    assert.equal(world.right.live().get('tea')?.summary, 'Black tea')
    assert.equal(await next(world), 'ask (conflict)')
  })
})

describe('the order of a plan', () => {
  it('is updates, creates, deletes; what failed before comes last; maxOperations counts both sides together', async () => {
    const world = new World()
    for (const uid of ['a', 'b', 'c', 'd']) world.left.add(uid, { ...tea, summary: uid })
    await world.settle()
    world.left.remove('a')
    world.right.add('new', { ...at('2026-06-15'), summary: 'new' })
    world.left.edit('b', { location: 'Kitchen' })
    world.right.edit('c', { location: 'Kitchen' })
    await world.read()
    const ops = world.plan().flatMap((step) => (step.do === 'write' ? [step.op] : []))
    world.agreement.set({ ...world.agreement.get('b')!, failures: 1 })
    const { now, remaining } = cut(ops, world.agreement, 3)
    assert.deepEqual(
      [...now, ...remaining].map(({ action, uid }) => `${action} ${uid}`),
      ['update c', 'create new', 'delete a', 'update b'],
    )
    assert.equal(remaining.length, 1)
  })

  it('takes one operation, or more within so many requests', () => {
    const world = new World()
    const op = (uid: string): Operation => ({ id: uid, action: 'create', to: 'right', uid, fields: {}, changed: [], from: '', reason: '' }) // prettier-ignore
    const cost: Record<string, number> = { small: 1, series: 400, other: 1 }
    const counts = (order: string[], most: number): number =>
      cut(order.map(op), world.agreement, most, ({ uid }) => cost[uid] ?? 1).now.length
    assert.equal(counts(['small', 'series', 'other'], 400), 1)
    assert.equal(counts(['small', 'series', 'other'], 401), 2)
    assert.equal(counts(['series', 'other'], 3), 1)
    assert.equal(counts(['small', 'other'], 3), 2)
    assert.equal(counts([], 3), 0)
  })

  it('the rest follows in the next run', async () => {
    const world = new World().with({ maxOperations: 2 })
    for (const uid of ['a', 'b', 'c', 'd', 'e']) world.left.add(uid, { ...tea, summary: uid })
    await world.sync()
    assert.equal(world.right.live().size, 2)
    await world.sync()
    assert.equal(world.right.live().size, 4)
    await world.settle()
    assert.equal(world.right.live().size, 5)
  })
})

describe('mass deletion stops', () => {
  async function many(count: number): Promise<World> {
    const world = new World()
    for (let index = 0; index < count; index += 1) world.left.add(`e${index}`, { ...tea, summary: `Event ${index}` })
    await world.settle()
    world.tick(2 * DAY)
    return world
  }
  const removeSome = (world: World, from: number, to: number): void => {
    for (let index = from; index < to; index += 1) world.left.remove(`e${index}`)
  }
  const count = async (world: World): Promise<string> => {
    await world.read()
    const steps = world.plan()
    const held = steps.filter((step) => step.do === 'ask').length
    return `${steps.filter((step) => step.do === 'write').length} written, ${held} held`
  }

  it('five are free', async () => {
    const world = await many(10)
    removeSome(world, 0, 5)
    assert.equal(await count(world), '5 written, 0 held')
  })

  it('six of twenty-four are free, seven are more than 25 percent', async () => {
    const world = await many(24)
    removeSome(world, 0, 6)
    assert.equal(await count(world), '6 written, 0 held')
    removeSome(world, 6, 7)
    assert.equal(await count(world), '0 written, 7 held')
  })

  it('frequent runs can’t outrun the limit', async () => {
    const world = await many(20)
    removeSome(world, 0, 4)
    await world.sync()
    removeSome(world, 4, 6)
    assert.equal(await count(world), '0 written, 2 held')
  })

  it('a calendar is never emptied', async () => {
    const world = await many(3)
    removeSome(world, 0, 3)
    assert.equal(await count(world), '0 written, 3 held')
    const single = await many(1)
    removeSome(single, 0, 1)
    assert.equal(await count(single), '1 written, 0 held')
  })

  it('counts the pairs that there are after all else that the same plan agrees on', async () => {
    const world = await many(3)
    removeSome(world, 0, 3)
    world.right.remove('e0') // deleted on both sides: the two others are all that is left
    assert.equal(await count(world), '0 written, 2 held')
    const other = await many(2)
    removeSome(other, 0, 1)
    await other.sync()
    removeSome(other, 1, 2)
    for (const side of [other.left, other.right]) side.add('new', { ...tea, summary: 'Found on both sides' })
    assert.equal(await count(other), '1 written, 0 held')
  })

  it('everything else goes on; the set is told once, and approved as told', async () => {
    const world = await many(10)
    removeSome(world, 0, 8)
    world.left.edit('e9', { location: 'Kitchen' })
    assert.equal(await count(world), '1 written, 8 held')
    await world.write()
    await world.read()
    assert.ok(world.plan().every((step) => step.do !== 'ask' || !step.isNew))
    for (const uid of [...world.agreement.open]) world.answer(uid, 'left')
    assert.equal(await count(world), '8 written, 0 held')
    await world.settle()
    assert.equal(world.right.live().size, 2)
  })

  it('what was told of another version holds nothing', async () => {
    const world = await agreed()
    world.left.add('cake', { ...at('2026-06-11'), summary: 'Cake' })
    await world.settle()
    const entry = world.agreement.get('tea')!
    world.agreement.set({ ...entry, told: { id: 'of another version', about: 'deletion' } })
    world.left.remove('tea')
    assert.equal(await next(world), 'delete right')
  })

  it('stay held until the user decides, also when they are few by then', async () => {
    const world = await many(20)
    removeSome(world, 0, 7)
    await world.sync()
    assert.equal(world.right.live().size, 20)
    const held = [...world.agreement.open]
    for (const uid of held.slice(0, 5)) world.agreement.set({ ...world.agreement.get(uid)!, due: Infinity })
    assert.equal(await next(world), 'ask (limit) + ask (limit)')
  })

  it('kept ones stay', async () => {
    const world = await many(10)
    removeSome(world, 0, 8)
    await world.sync()
    for (const uid of [...world.agreement.open]) world.answer(uid, 'keep')
    await world.settle()
    assert.equal(world.right.live().size, 10)
    assert.equal(world.left.live().size, 2)
  })
})

describe('ping-pong', () => {
  it('the same content is not written a fourth time within an hour; an hour later it is', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    for (let round = 0; round < 3; round += 1) {
      assert.equal(spoken(await world.sync()), 'update right: summary')
      world.tick(60_000)
      world.right.edit('tea', { summary: 'Tea' }) // another tool puts it back
      world.with({ strategy: 'left' })
      world.left.edit('tea', { summary: round % 2 === 0 ? 'Tea' : 'Green tea' })
      world.left.edit('tea', { summary: 'Green tea' })
      const entry = world.agreement.get('tea')!
      if (entry.is === 'pair') {
        // As if the other side's edit had been taken over and changed back here.
        world.agreement.set({ ...entry, left: { ...entry.left, held: { ...entry.left.held, summary: 'Tea' } } })
      }
    }
    assert.equal(spoken(await world.sync()), 'leave (ping-pong)')
    assert.equal(spoken(await world.sync()), 'nothing', 'it is left alone')
    world.tick(HOUR + 1)
    assert.equal(await next(world), 'update right: summary')
  })
})

describe('an event that rests', () => {
  const wrote = { to: 'left', what: 'x', at: START } as const
  const thrice = [wrote, wrote, wrote]
  const entry = { uid: 'tea', is: 'alone', on: 'left', id: 'tea' } as const
  const cases: [string, boolean, object][] = [
    ['written three times, due within the hour', true, { wrote: thrice, due: START + HOUR }],
    ['written twice', false, { wrote: thrice.slice(1), due: START + HOUR }],
    [
      'written three times, of which one elsewhere',
      false,
      { wrote: [...thrice.slice(1), { ...wrote, to: 'right' }], due: START + HOUR },
    ],
    ['due now', false, { wrote: thrice, due: START }],
    ['due by no time', false, { wrote: thrice }],
    ['due by a clock that was a year ahead', false, { wrote: thrice, due: START + 365 * DAY }],
    ['never written', false, { due: START + HOUR }],
    [
      'written by a clock that was a year ahead',
      false,
      { wrote: thrice.map((each) => ({ ...each, at: START + 365 * DAY })), due: START + HOUR },
    ],
  ]
  for (const [what, rests, change] of cases) {
    it(`is one that was ${what}: ${rests}`, () => {
      assert.equal(isStopped({ ...entry, ...change }, START), rests)
    })
  }
})

describe('a clock', () => {
  it('that was a year ahead and is set back hides nothing: what looked past by it is copied', async () => {
    const world = await agreed()
    world.tick(365 * DAY)
    world.left.add('cake', { ...at('2026-06-20'), summary: 'Cake' })
    assert.equal(spoken(await world.sync()), 'nothing')
    world.tick(-365 * DAY)
    assert.equal(await next(world), 'create right')
  })

  it('that is kept right by seconds makes nothing be looked at again', async () => {
    const world = await agreed()
    await world.sync()
    world.tick(-30_000)
    assert.deepEqual([...toLookAt(world.agreement, world.replicas, world.settings, world.rules)], [])
  })

  it('that is set back makes no ping-pong of what was written before', async () => {
    const world = await agreed()
    world.tick(365 * DAY)
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync()
    const entry = world.agreement.get('tea')!
    const [wrote] = entry.wrote!.slice(-1)
    world.agreement.set({ ...entry, wrote: [wrote!, wrote!, wrote!] })
    world.tick(-365 * DAY)
    world.right.edit('tea', { summary: 'Tea' })
    await world.sync()
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(await next(world), 'update right: summary')
  })
})

describe('a dry run', () => {
  it('planning changes neither the agreement nor a replica', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.add('new', { ...at('2026-06-20'), summary: 'New' })
    await world.read()
    const before = JSON.stringify([...world.agreement.entries, world.agreement.compared])
    assert.equal(spoken(world.plan()), spoken(world.plan()))
    assert.equal(JSON.stringify([...world.agreement.entries, world.agreement.compared]), before)
  })
})

describe('changed settings', () => {
  it('make everything be looked at again', async () => {
    const world = (await agreed()).oneWay('left')
    world.left.edit('tea', { summary: 'Green tea' })
    assert.equal(spoken(await world.sync()), 'nothing')
    world.with({ oneWay: false, into: { left: true, right: true } })
    assert.equal(await next(world), 'update right: summary')
  })

  it('an idle run looks at nothing and keeps nothing', async () => {
    const world = await agreed()
    await world.sync()
    assert.deepEqual(world.plan(), [])
    assert.equal(world.clock > START, true)
  })
})
