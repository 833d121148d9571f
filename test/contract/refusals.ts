import assert from 'node:assert/strict'
import type { ErrorCode } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { exceptionField } from '../../src/event/event'
import { LUNCH, SECOND, WEEKLY } from './events'
import { NO_END, Reader, assertHolds, created, readAll, updated, written } from './reader'
import type { World } from './world'

/** Asserts that work is refused with this code and with words for the user. */
export async function assertRefused(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ProviderError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, /\w+ \w+/)
    return true
  })
}

export function refusalSentences(world: () => World): void {
  it('does not overwrite an edit that it has not seen', async () => {
    const { calendar, other } = world()
    const id = await other.create(LUNCH)
    const seen = await new Reader(calendar).only()
    await other.edit(id, { summary: 'Brunch' })
    await assertRefused(updated(calendar, seen, { location: 'Garden' }), 'stale')
    await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'stale')
    assertHolds(calendar, await new Reader(calendar).only(), { ...LUNCH, summary: 'Brunch' })
  })

  it('does not overwrite an edit of an occurrence that it has not seen', async () => {
    const { calendar, other } = world()
    const id = await other.create(WEEKLY)
    await other.changeOccurrence(id, SECOND, { summary: 'Stand-up with cake' })
    const seen = await new Reader(calendar).only()
    await other.changeOccurrence(id, SECOND, { summary: 'Stand-up without cake' })
    await assertRefused(updated(calendar, seen, { [exceptionField(SECOND)]: { summary: 'Tea' } }), 'stale')
    const now = await new Reader(calendar).only()
    assertHolds(calendar, now, { ...WEEKLY, [exceptionField(SECOND)]: { summary: 'Stand-up without cake' } })
  })

  it('does not make an event again by an update of one that is gone', async () => {
    const { calendar, other } = world()
    const id = await other.create(LUNCH)
    const seen = await new Reader(calendar).only()
    await other.delete(id)
    await assertRefused(updated(calendar, seen, { location: 'Garden' }), 'stale')
    assert.deepEqual(await readAll(calendar), [])
  })

  it('says that a calendar that it may only read is read-only', async function () {
    const { provider, readOnlyId } = world()
    if (readOnlyId === undefined) return this.skip()
    const calendar = await provider.open(readOnlyId, NO_END)
    assert.equal(calendar.info.writable, false)
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'read-only')
    assert.deepEqual(await readAll(calendar), [])
  })

  it('says that a calendar that does not exist is not found', async () => {
    const { provider, unknownId } = world()
    await assertRefused(provider.open(unknownId, NO_END), 'calendar-not-found')
  })

  it('gives up when it is told to, and writes nothing then', async () => {
    const { calendar, provider } = world()
    const seen = await created(calendar, 'uid-1', LUNCH)
    const ended = AbortSignal.abort()
    await assertRefused(calendar.read(null, new Map(), ended), 'aborted')
    await assertRefused(calendar.readSome([seen.id], new Map(), ended), 'aborted')
    await assertRefused(provider.listCalendars(ended), 'aborted')
    await assertRefused(written(calendar, calendar.create('uid-2', LUNCH, ended)), 'aborted')
    await assertRefused(written(calendar, calendar.update(seen, { summary: 'X' }, ['summary'], ended)), 'aborted')
    await assertRefused(written(calendar, calendar.delete(seen, ended)), 'aborted')
    assertHolds(calendar, await new Reader(calendar).only(), LUNCH)
  })
}
