import assert from 'node:assert/strict'
import { CalSyncError } from '../../src/runtime/errors'
import { EVENT_NAMES } from '../../src/runtime/event-message'
import { fromOperationMessage } from '../../src/runtime/operation-message'
import { operationsIn } from '../../src/runtime/sink-input'
import { readsOf } from '../../src/runtime/source'

type Dice = (sides: number) => number

/** Numbers from a seed (mulberry32). */
function diceOf(seed: number): Dice {
  let state = seed | 0
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

const boom = (): never => {
  throw new Error('boom')
}
const TEXTS = [
  '',
  'Tea',
  'a\r\nb',
  '\u0000',
  '\ud800',
  '__proto__',
  '2026-06-01',
  '9999-12-31',
  '0000-00-00',
  'x'.repeat(20_000),
]
const LINES = [
  'RRULE:FREQ=DAILY',
  'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5',
  'RRULE:UNTIL=99999999',
  'RDATE:00000000',
  'EXDATE;VALUE=DATE:20260602',
  'X:',
]
const TIMES = [
  { date: '2026-06-01' },
  { date: '2026-06-05' },
  { dateTime: '2026-06-01T10:00:00', timeZone: 'Europe/Paris' },
  { dateTime: '2026-06-01T12:00:00+14:00' },
  { dateTime: '+275760-09-13T00:00:00Z' },
  { date: '2026-13-01' },
]
const KEYS = ['2026-06-02', '2026-06-03T08:00:00Z', '2026-06-03T10:00:00+02:00', 'x', '__proto__', 'constructor']

/** A value of any kind, odd ones too. */
function anything(dice: Dice, depth = 0): unknown {
  switch (dice(depth > 4 ? 12 : 16)) {
    case 0:
      return null
    case 1:
      return undefined
    case 2:
      return BigInt(dice(10))
    case 3:
      return Symbol('s')
    case 4:
      return boom
    case 5:
      return [NaN, -1, 0, 1e400, 40_320][dice(5)]
    case 6:
      return new Date([0, NaN, 8.64e15][dice(3)] ?? 0)
    case 7:
      return new Proxy({}, dice(2) ? { get: boom } : { ownKeys: boom })
    case 8:
      return Object.create(null) as unknown
    case 9:
      return new Map([[1, 2]])
    case 10:
      return Array<unknown>(dice(2) ? 3 : 1e9)
    case 11:
      return TEXTS[dice(TEXTS.length)]
    case 12:
      return TIMES[dice(TIMES.length)]
    case 13:
      return Array.from({ length: dice(4) }, () => anything(dice, depth + 1))
    case 14:
      return Array.from({ length: 1 + dice(3) }, () => LINES[dice(LINES.length)])
    default:
      return objectOf(dice, KEYS, depth)
  }
}

function objectOf(dice: Dice, names: readonly string[], depth: number): object {
  const value: Record<string, unknown> = {}
  for (const name of names) {
    if (dice(depth === 0 ? 12 : 3) > 0) continue
    const held = dice(12) === 0 ? { get: boom } : { value: dice(12) === 0 ? value : anything(dice, depth + 1) }
    Object.defineProperty(value, name, { ...held, enumerable: true })
  }
  return value
}

/** An operation that is right in most of what it says, so that it is looked at to the end. */
function operation(dice: Dice): unknown {
  if (dice(8) === 0) return anything(dice)
  const event = {
    start: TIMES[dice(2)],
    end: { date: '2026-06-07' },
    recurrence: [LINES[dice(LINES.length)]],
    ...safely(objectOf(dice, EVENT_NAMES, 0)),
  }
  const action = ['create', 'update', 'delete', 'skip'][dice(4)]
  return {
    action,
    uid: TEXTS[dice(TEXTS.length)],
    event,
    ...safely(objectOf(dice, ['uid', 'changed', 'plan', 'id'], 0)),
  }
}

/** What can be spread of it. */
function safely(value: object): object {
  const open = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, held]) => 'value' in held)
  return Object.fromEntries(open.map(([name, held]) => [name, held.value as unknown]))
}

/** One message for a sink, and one that says what sources have read: taken, or refused with an error that is no defect. */
export async function play(seed: number): Promise<string> {
  const dice = diceOf(seed)
  assert.ok(Array.isArray(readsOf({ calsync: objectOf(dice, ['reads'], 0), reads: anything(dice) })))
  try {
    const [handed] = await operationsIn([operation(dice)], () => Promise.resolve())
    assert.ok(handed)
    if ('error' in handed.said) throw handed.said.error
    const { fields } = fromOperationMessage(handed.said.value, 'Europe/Paris', () => 'new')
    assert.deepEqual(JSON.parse(JSON.stringify(fields)), fields)
    return 'taken'
  } catch (error) {
    if (!(error instanceof CalSyncError)) throw error
    assert.match(error.code, /^calsync\.invalid-(operation|event)$/, error.message)
    assert.doesNotMatch(error.message, /\p{Cc}/u)
    return error.code
  }
}
