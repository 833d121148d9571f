import assert from 'node:assert/strict'
import { LUNCH } from '../contract/events'
import { assertRefused } from '../contract/refusals'
import { NO_END, created, readAll, written } from '../contract/reader'
import { PLAIN } from '../simulators/caldav'
import { account, hour, providerFor } from './setup'

const lost = () => {
  throw new TypeError('fetch failed')
}

describe('Creating in a CalDAV calendar', () => {
  it('creates under a further name and UID where the server keeps those of a deleted event', async () => {
    const { server, calendar } = await account()
    for (let generation = 0; generation < 12; generation++) {
      const seen = await created(calendar, 'uid-1', LUNCH)
      assert.deepEqual([seen.uid, seen.mark?.uid], ['uid-1', 'uid-1'])
      assert.equal(seen.id === calendar.idFor('uid-1'), generation === 0)
      server.user.delete(seen.id)
    }
  })

  it('creates under no further UID while nobody knows which event a resource is that is not given out', async () => {
    const { server, calendar } = await account()
    const path = server.user.add(server.calendar, ['UID:uid-1', ...hour('20260610T100000Z')], [], 'theirs.ics')
    server.calendar.broken.add('theirs.ics')
    await assertRefused(
      written(
        calendar,
        calendar.create('uid-1', LUNCH, NO_END, () => true),
      ),
      'unreachable',
    )
    assert.deepEqual([...server.calendar.members.keys()], ['theirs.ics'])
    const texts = server.user.text(path)
    // Any other event is created.
    await written(
      calendar,
      calendar.create('uid-2', LUNCH, NO_END, () => true),
    )
    assert.deepEqual([server.calendar.members.size, server.user.text(path)], [2, texts])
  })

  it('recognises what it created under a further name', async () => {
    const { server, calendar, provider } = await account()
    server.user.delete((await created(calendar, 'uid-1', LUNCH)).id)
    const second = await created(calendar, 'uid-1', LUNCH)
    const elsewhere = await provider.open(calendar.info.id, NO_END)
    assert.equal((await created(elsewhere, 'uid-1', LUNCH)).id, second.id)
    assert.equal((await readAll(calendar)).length, 1)
  })

  it('derives a UID where another calendar of the account holds the event already', async () => {
    const { server, calendar } = await account()
    const work = server.user.newCalendar({ name: 'Work' })
    server.user.add(work, ['UID:uid-1', ...hour('20260610T100000Z')])
    const seen = await created(calendar, 'uid-1', LUNCH)
    assert.equal(seen.uid, 'uid-1')
    assert.doesNotMatch(server.user.text(seen.id), /^UID:uid-1\r$/m)
  })

  it('does not touch what somebody else keeps under its name', async () => {
    const { server, calendar } = await account(PLAIN)
    const name = calendar.idFor('uid-1').slice(server.calendar.path.length)
    const path = server.user.add(server.calendar, ['UID:theirs', ...hour('20260610T100000Z')], [], name)
    const text = server.user.text(path)
    const seen = await created(calendar, 'uid-1', LUNCH)
    assert.notEqual(seen.id, path)
    assert.equal(server.user.text(path), text)
  })

  it('gives up with a reason where every name is refused', async () => {
    const { server, calendar } = await account()
    server.interfere = {
      before: (request) => (request.method === 'PUT' ? new Response(null, { status: 412 }) : undefined),
    }
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'refused')
  })

  it('makes no second event after a lost answer, and deletes once', async () => {
    const { server, calendar } = await account()
    server.interfere = { after: lost }
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'unreachable')
    server.interfere = {}
    const seen = await created(calendar, 'uid-1', LUNCH)
    assert.equal((await readAll(calendar)).length, 1)
    server.interfere = { after: lost }
    await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'unreachable')
    server.interfere = {}
    assert.equal((await written(calendar, calendar.delete(seen, NO_END))).is, 'gone')
  })

  it('makes no second event where the first is not given out yet', async () => {
    const { server, calendar } = await account()
    const { id } = await created(calendar, 'uid-1', LUNCH)
    server.calendar.broken.add(id.split('/').at(-1)!)
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'unreachable')
    server.calendar.broken.clear()
    assert.equal((await created(calendar, 'uid-1', LUNCH)).id, id)
    assert.equal((await readAll(calendar)).length, 1)
  })

  it('gives the same name to one uid in each installation', async () => {
    const { server, calendar } = await account()
    const second = await (await providerFor(server)).open(server.calendar.path, NO_END)
    assert.equal(second.idFor('a@b'), calendar.idFor('a@b'))
    assert.match(calendar.idFor('a@b'), /\/[0-9a-v]{32}\.ics$/)
    assert.notEqual(calendar.idFor('a@b'), calendar.idFor('a@c'))
  })
})
