import assert from 'node:assert/strict'
import { CalSyncError } from '../../src/runtime/errors'
import { oneLine } from '../../src/runtime/log'
import { fromOperationMessage } from '../../src/runtime/operation-message'
import { operationsIn } from '../../src/runtime/sink-input'
import { readsOf } from '../../src/runtime/source'

const ZONE = 'Europe/Paris'
const TIMES = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } }
const day = (index: number): string => new Date(Date.UTC(2026, 0, 1) + index * 86_400_000).toISOString().slice(0, 10)
const basic = (index: number): string => day(index).replaceAll('-', '')
const days = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const create = (event: object, more: object = {}): object => ({
  action: 'create',
  event: { ...TIMES, ...event },
  ...more,
})
const cancelled = (count: number): object => Object.fromEntries(days(count).map((index) => [day(index), null]))

/** How often others had the event loop while something was read. */
class Turns {
  count = 0
  readonly pause = (): Promise<void> => {
    this.count += 1
    return Promise.resolve()
  }
}

/** What becomes of an operation: its fields, or the message of an error that has one of our codes. */
async function outcome(operation: unknown, turns = new Turns()): Promise<string | object> {
  try {
    const [handed] = await operationsIn([operation], turns.pause)
    assert.ok(handed)
    if ('error' in handed.said) throw handed.said.error
    return fromOperationMessage(handed.said.value, ZONE, () => 'new').fields
  } catch (error) {
    assert.ok(error instanceof CalSyncError, String(error))
    assert.match(error.code, /^calsync\.invalid-(operation|event)$/)
    assert.doesNotMatch(error.message, /\p{Cc}/u)
    assert.ok(error.message.length < 500, error.message)
    return error.message
  }
}

const boom = (): never => {
  throw new Error('boom')
}
const thrower = Object.defineProperty({ ...TIMES }, 'location', { get: boom })
const cyclic = (): object => {
  const event: Record<string, unknown> = { ...TIMES }
  event['summary'] = event
  return { action: 'create', event }
}
/** Ten references to one object, ten levels deep: ten thousand million values. */
const bomb = (): object => days(10).reduce<object>((inner) => days(10).map(() => inner), { a: 1 })

/** Operations, and what is said of them. */
const REFUSED: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['is cyclic', cyclic, /summary is a part of itself \(cyclic\)/],
  [
    'is deep',
    () => create({ summary: JSON.parse('['.repeat(6000) + ']'.repeat(6000)) as unknown }),
    /nested more than 32/,
  ],
  ['grows when it is copied', () => create({ summary: bomb() }), /^msg\.payload\[0\] holds more than 200000 values/],
  ['has a title of 5 MB', () => create({ summary: 'x'.repeat(5_000_000) }), /holds more than 4000000 characters/],
  ['has an array of a thousand million', () => create({ categories: new Array(1e9) }), /holds more than 200000 values/],
  ['has a bigint', () => create({ summary: 1n }), /^msg\.payload\[0\]\.event\.summary is a bigint/],
  ['has a symbol', () => create({ summary: Symbol('x') }), /event\.summary is a symbol/],
  ['has a function', () => create({ summary: () => 1 }), /event\.summary is a function/],
  ['has a Map', () => create({ exceptions: new Map() }), /event\.exceptions is a Map/],
  ['has bytes', () => create({ summary: Buffer.from('Tea') }), /event\.summary is a Uint8Array/],
  ['has a number that is none', () => create({ reminders: [NaN] }), /event\.reminders\[0\] is a number that is none/],
  ['has a date that is none', () => create({ description: new Date(NaN) }), /description is a date that is none/],
  ['has a getter that throws', () => ({ action: 'create', event: thrower }), /event\.location can’t be read: boom/],
  ['is a proxy', () => new Proxy({}, { get: boom }), /^msg\.payload\[0\]\.action can’t be read: boom/],
  ['has a bigint for a uid', () => create({}, { uid: 1n }), /^msg\.payload\[0\]\.uid is a bigint/],
  [
    'has a uid of two lines',
    () => create({}, { uid: 'a\r\nATTENDEE:mailto:x@example.com' }),
    /^uid must be a text of at most 255/,
  ],
  ['has a uid of 300 characters', () => create({}, { uid: 'x'.repeat(300) }), /^uid must be a text of at most 255/],
  ['has a bell for an action', () => ({ action: '\u0007'.repeat(1000) }), /^action must be create/],
  [
    'has 20,000 exceptions',
    () => create({ exceptions: cancelled(20_000) }),
    /^exceptions holds 20000 occurrences; an event may have 5000/,
  ],
  [
    'has 200,000 RDATEs',
    () => create({ recurrence: [`RDATE;VALUE=DATE:${days(200_000).map(basic).join(',')}`] }),
    /holds 200000 dates/,
  ],
  [
    'has 20,000 rules',
    () => create({ recurrence: days(20_000).map(() => 'RRULE:FREQ=DAILY') }),
    /holds 20000 dates and rules/,
  ],
  [
    'has a rule with a line feed',
    () => create({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=2026\r\nATTENDEE:x'] }),
    /^recurrence must be an array of RFC 5545 lines/,
  ],
  [
    'has a rule part with a NUL',
    () => create({ recurrence: ['RRULE:FREQ=DAILY;COUNT=\u00001'] }),
    /^recurrence must be an array of RFC 5545 lines/,
  ],
  [
    'has a long name in changed',
    () => ({ action: 'update', uid: 'x', event: {}, changed: ['\u001b[31m'.repeat(1000)] }),
    /is no field of an event/,
  ],
  [
    'has 20,000 names in changed',
    () => ({ action: 'update', uid: 'x', event: {}, changed: days(20_000).map((index) => `exceptions.${day(index)}`) }),
    /^changed holds 20000 names/,
  ],
  [
    'has a plan of another form',
    () => create({}, { plan: { v: 1, run: 'r', to: 'left', calendars: [{}, 1], changed: [1], from: '' } }),
    /^plan was changed/,
  ],
  ['is a function', () => () => 1, /^msg\.payload\[0\] is a function/],
  ['is nothing', () => null, /^an operation must be an object/],
]

describe('An operation that a sink is handed', () => {
  for (const [what, make, message] of REFUSED) {
    it(`which ${what} gets an error that says where and what`, async () => {
      const said = await outcome(make())
      assert.match(typeof said === 'string' ? said : JSON.stringify(said), message)
    })
  }

  it('is taken with dates and instances of classes as JSON has them', async () => {
    class Own {
      readonly summary = 'Tea'
    }
    const event = Object.assign(new Own(), TIMES, { description: new Date(0), more: () => 1, moreStill: 1n })
    assert.deepEqual(await outcome({ action: 'create', event }), {
      when: TIMES,
      summary: 'Tea',
      description: '1970-01-01T00:00:00.000Z',
    })
  })

  it('has its texts cleaned of what is none', async () => {
    const fields = (await outcome(
      create({ summary: 'Te\u0000a\r\nBEGIN:VALARM', categories: ['A\u0007\r\nX:1', '\u0000'] }),
    )) as object
    assert.deepEqual(fields, { when: TIMES, summary: 'Tea BEGIN:VALARM', categories: ['A X:1'] })
  })

  it('does not become another by a property called __proto__', async () => {
    const event: unknown = JSON.parse(
      '{"__proto__": {"summary": "Tea"}, "start": {"date": "2026-06-01"}, "end": {"date": "2026-06-02"}}',
    )
    assert.deepEqual(await outcome({ action: 'create', event }), { when: TIMES })
  })

  it('is read in slices when it is large, and whole', async () => {
    const turns = new Turns()
    const fields = await outcome(create({ exceptions: cancelled(5000) }), turns)
    assert.equal(Object.keys(fields).length, 5001)
    assert.equal(turns.count, 2)
  })

  it('is one of so many that others have their turn', async () => {
    const turns = new Turns()
    assert.equal(
      (
        await operationsIn(
          days(1000).map(() => ({ action: 'delete', uid: 'x' })),
          turns.pause,
        )
      ).length,
      1000,
    )
    assert.ok(turns.count >= 20, String(turns.count))
  })

  it('is one of too many', async () => {
    await assert.rejects(
      operationsIn(new Array(1e9), () => Promise.resolve()),
      /holds 1000000000 operations; a message may hold 100000/,
    )
  })

  it('keeps its name in the result though it can’t be read', async () => {
    const operation = { ...create({ summary: 1n }), id: 'i', uid: 'u', plan: { run: 'r' } }
    const [{ action, id, uid, run } = {}] = await operationsIn(operation, () => Promise.resolve())
    assert.deepEqual([action, id, uid, run], ['create', 'i', 'u', 'r'])
  })
})

describe('What a message says that sources have read', () => {
  const read = {
    calendar: 'c',
    node: 'n',
    name: 'Tea',
    kind: 'full',
    changed: 1,
    deleted: 0,
    total: 1,
    requests: 1,
    retries: 0,
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()

  it('is taken as far as it is that', () => {
    const reads = [
      read,
      { ...read, kind: 'other' },
      null,
      1n,
      revoked.proxy,
      new Proxy({}, { get: boom }),
      { ...read, changed: -1n },
    ]
    assert.deepEqual(readsOf({ calsync: { reads } }), [read, { ...read, changed: 0 }])
  })

  it('is nothing where it can’t be read', () => {
    for (const calsync of [revoked.proxy, { reads: revoked.proxy }, new Proxy({}, { get: boom }), 1n, null]) {
      assert.deepEqual(readsOf({ calsync }), [])
    }
  })

  it('is counted no further than a flow can have sources', () => {
    assert.equal(readsOf({ calsync: { reads: Array<typeof read>(1e6).fill(read) } }).length, 1000)
  })
})

describe('A line for the log', () => {
  it('is one, whatever events and calendars are called', () => {
    const name = 'Home\r\n1 Jun 12:00 - [error] forged\u001b[2J\u2028\u202e\u0085'
    assert.equal(oneLine(`create x in ${name}: ok`), 'create x in Home 1 Jun 12:00 - [error] forged [2J : ok')
    assert.equal(new CalSyncError('internal', name).message.includes('\n'), false)
  })
  it('is not as long as a server wishes', () => {
    assert.ok(oneLine('x'.repeat(1e6)).length < 20_000)
  })
})
