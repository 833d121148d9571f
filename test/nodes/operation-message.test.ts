import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fieldNames } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { fromOperationMessage, toOperationMessage } from '../../src/runtime/operation-message'
import type { OperationMessage, Request } from '../../src/runtime/operation-message'
import type { Operation } from '../../src/sync/model'
import { anyChange, anyFields } from '../ical/arbitrary'

const PAIR = ['google:a', 'icloud:b'] as const
const read = (value: unknown): Request => fromOperationMessage(value, 'Europe/Paris', () => 'new-uid')
const throughJson = (op: Operation): OperationMessage =>
  JSON.parse(JSON.stringify(toOperationMessage(op, 'run1', PAIR))) as OperationMessage
const operation = (more: Partial<Operation>): Operation => ({
  id: 'op1',
  action: 'update',
  to: 'right',
  uid: 'u',
  fields: { summary: 'Tea' },
  changed: ['summary'],
  from: 'f',
  reason: 'why',
  ...more,
})
const times = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } }

describe('an operation in a message', () => {
  it('comes back from a message and JSON as it was planned', () => {
    fc.assert(
      fc.property(anyChange, fc.constantFrom('left' as const, 'right' as const), ({ fields, changed }, to) => {
        const request = read(throughJson(operation({ fields, changed, to })))
        assert.deepEqual([...request.written].sort(), [...changed].sort())
        const { plan } = request
        assert.deepEqual(plan && { ...plan, changed: [...plan.changed] }, {
          v: 1,
          run: 'run1',
          calendars: PAIR,
          to,
          action: 'update',
          changed: [...changed],
          from: 'f',
        } as never)
        const named = fieldNames(fields).filter((name) => changed.includes(name) && fields[name] !== null)
        const pick = (from: typeof fields) => Object.fromEntries(named.map((name) => [name, from[name] ?? null]))
        assert.equal(hashFields(pick(request.fields)), hashFields(pick(fields)))
      }),
      { numRuns: 200 },
    )
  })

  it('that creates writes all fields of its event', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const request = read(throughJson(operation({ action: 'create', fields, changed: fieldNames(fields) })))
        const given = fieldNames(fields).filter((name) => fields[name] !== null || name.startsWith('exceptions.'))
        assert.deepEqual([...request.written].sort(), [...given].sort())
      }),
      { numRuns: 100 },
    )
  })

  it('that deletes shows the last version and no changed', () => {
    const message = throughJson(operation({ action: 'delete' }))
    assert.deepEqual([message.event?.['summary'], 'changed' in message], ['Tea', false])
    assert.deepEqual([read(message).action, read(message).written], ['delete', []])
  })

  it('keeps what belongs to an answer of the user', () => {
    const { plan } = read(throughJson(operation({ keeps: 'other', decides: true })))
    assert.deepEqual([plan?.keeps, plan?.decides], ['other', true])
  })

  it('that a flow turned into skip needs no event', () => {
    const { event: _event, ...message } = throughJson(operation({}))
    assert.equal(read({ ...message, action: 'skip' }).action, 'skip')
  })

  it('writes exactly the names in changed, whatever else its event says', () => {
    const message = { ...throughJson(operation({})), changed: ['location'] }
    assert.deepEqual(read(message).written, ['location'])
    assert.deepEqual(read({ ...message, changed: [] }).written, [])
  })

  it('of a flow’s own writes the fields that are present', () => {
    const { written, uid, plan } = read({ action: 'update', uid: 'u', event: { summary: 'x', location: null } })
    assert.deepEqual([[...written].sort(), uid, plan], [['location', 'summary'], 'u', undefined])
  })

  it('of a flow’s own gets a uid when it makes an event without one, and an id that is the same for the same content', () => {
    const create = { action: 'create', event: { summary: 'x', ...times } }
    assert.deepEqual(
      [read(create).uid, read({ ...create, uid: '' }).uid, read({ ...create, uid: 'mine' }).uid],
      ['new-uid', 'new-uid', 'mine'],
    )
    assert.equal(read(create).id, read(structuredClone(create)).id)
    assert.notEqual(read(create).id, read({ ...create, event: { summary: 'y', ...times } }).id)
    assert.equal(read({ ...create, id: 'my-id' }).id, 'my-id')
  })

  const plans = [
    null,
    'plan',
    5,
    [],
    {},
    { v: 2 },
    { v: 1, run: 'r', calendars: PAIR, to: 'up', changed: [], from: 'f' },
  ]
  for (const plan of plans) {
    it(`with a plan that a flow changed to ${JSON.stringify(plan)} is refused`, () => {
      assert.throws(() => read({ ...throughJson(operation({})), plan }), /plan was changed/)
    })
  }

  it('is read or refused with a clear error, never anything else, whatever JSON it is', () => {
    const name = fc.constantFrom('action', 'uid', 'id', 'event', 'changed', 'plan')
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown[]>(
        'create',
        'update',
        'delete',
        'skip',
        'u',
        { summary: 'x', ...times },
        ['summary'],
        throughJson(operation({})).plan,
      ),
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(name, value)), (message) => {
        try {
          read(message)
        } catch (error) {
          assert.match((error as { code: string }).code, /^calsync\.invalid-(operation|event)$/)
        }
      }),
      { numRuns: 500 },
    )
  })
})
