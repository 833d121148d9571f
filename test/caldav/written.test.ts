import assert from 'node:assert/strict'
import type { ResourceId } from '../../src/event/calendar'
import { created, NO_END, updated } from '../contract/reader'
import { account, brief } from './setup'

const TEA = {
  when: {
    start: { dateTime: '2026-06-10T10:00:00', timeZone: 'UTC' },
    end: { dateTime: '2026-06-10T11:00:00', timeZone: 'UTC' },
  },
  summary: 'Tea',
}

describe('What we wrote on a CalDAV server whose deltas compare two states', () => {
  for (const [kind, options] of [
    ['with sync tokens', { trees: true, rewrites: 'nothing' }],
    ['that has a ctag alone, the same for the same state', { syncCollection: false, rewrites: 'nothing' }],
  ] as const) {
    it(`and somebody deleted before the next read is found deleted (${kind})`, async () => {
      const { server, calendar, reader, asked } = await account(options)
      await reader.read()
      const ids: ResourceId[] = []
      for (const uid of ['a', 'b', 'c']) ids.push((await created(calendar, uid, TEA)).id)
      const before = { ...server.calendar, sequence: server.calendar.sequence - 3 }
      for (const id of ids) server.user.delete(id)
      if (!('trees' in options)) server.calendar.sequence = before.sequence // as if nothing had been
      asked()
      const { seen } = await calendar.read(reader.position, reader.known, NO_END, ids)
      assert.deepEqual(
        seen.map(({ is }) => is),
        ['gone', 'gone', 'gone'],
      )
      assert.equal(asked().filter((line) => line === 'REPORT').length, 'trees' in options ? 2 : 1)
    })
  }

  it('and somebody set back to what it was is seen as it is', async () => {
    const { server, calendar, reader } = await account({ trees: true, rewrites: 'nothing' })
    await created(calendar, 'a', TEA)
    const tea = await reader.only()
    const text = server.user.text(tea.id)
    const coffee = await updated(calendar, tea, { summary: 'Coffee' })
    reader.known.set(coffee.id, coffee)
    server.user.rewrite(tea.id, () => text)
    const { seen } = await calendar.read(reader.position, reader.known, NO_END, [tea.id])
    assert.deepEqual(brief(seen), [`live ${tea.id.split('/').at(-1)}`])
    assert.equal(seen[0]?.is === 'live' && seen[0].fields.summary, 'Tea')
  })

  it('and a delta names costs no further request', async () => {
    const { calendar, reader, asked } = await account({ trees: true, rewrites: 'nothing' })
    await reader.read()
    const tea = await created(calendar, 'a', TEA)
    reader.known.set(tea.id, tea)
    asked()
    assert.deepEqual((await calendar.read(reader.position, reader.known, NO_END, [tea.id])).seen, [])
    assert.equal(asked().filter((line) => line === 'REPORT').length, 1)
  })
})
