import assert from 'node:assert/strict'
import { LUNCH } from '../contract/events'
import { assertHolds, created, readAll, updated, written } from '../contract/reader'
import { NO_END } from '../contract/reader'
import { assertRefused } from '../contract/refusals'
import { PLAIN } from '../simulators/caldav'
import { account, providerFor } from './setup'

describe('A CalDAV server that does not heed preconditions', () => {
  const careless = () => account({ ...PLAIN, careless: true })

  it('loses no edit to a deletion: one look comes before it', async () => {
    const { server, calendar, asked } = await careless()
    const seen = await created(calendar, 'uid-1', LUNCH)
    server.user.set(seen.id, 'SUMMARY:Edited meanwhile')
    asked()
    await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'stale')
    assert.equal((await readAll(calendar))[0]?.fields.summary, 'Edited meanwhile')
  })

  it('takes two requests for a deletion, and nothing is there then', async () => {
    const { calendar, asked } = await careless()
    const seen = await created(calendar, 'uid-1', LUNCH)
    const [, name] = seen.id.split(/.*\//)
    asked()
    await written(calendar, calendar.delete(seen, NO_END))
    assert.deepEqual(asked(), [`GET ${name}`, `DELETE ${name}`])
    assert.deepEqual(await readAll(calendar), [])
  })

  it('loses no edit of a copy to a repeated create', async () => {
    const { server, calendar } = await careless()
    const seen = await created(calendar, 'uid-1', LUNCH)
    server.user.set(seen.id, 'SUMMARY:Edited meanwhile')
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'stale')
    assert.equal((await readAll(calendar))[0]?.fields.summary, 'Edited meanwhile')
  })

  it('is looked at before each create once it was seen to store over an event', async () => {
    const { server, calendar, asked } = await careless()
    await created(calendar, 'uid-1', LUNCH)
    const second = await created(calendar, 'uid-2', LUNCH)
    server.user.set(second.id, 'SUMMARY:Edited meanwhile')
    const another = await (await providerFor(server)).open(server.calendar.path, NO_END)
    await created(another, 'uid-1', LUNCH) // of the same meaning: nothing is lost
    await assertRefused(created(another, 'uid-2', LUNCH), 'stale')
    asked()
    const third = await created(another, 'uid-3', LUNCH)
    const [, name] = third.id.split(/.*\//)
    assert.deepEqual(asked(), [`GET ${name}`, `PUT ${name}`])
  })

  it('takes one request for a create as long as nothing else is known of it', async () => {
    const { calendar, asked } = await account(PLAIN)
    await created(calendar, 'uid-1', LUNCH)
    asked()
    const { id } = await created(calendar, 'uid-2', LUNCH)
    assert.deepEqual(asked(), [`PUT ${id.split('/').at(-1)}`])
  })
})

describe('A CalDAV server that cuts characters in two', () => {
  const cutting = () => account({ ...PLAIN, cutsCharacters: true, countedEtags: true })
  /** Its 76th unit of UTF-16 in the line is the second half of a tooth. */
  const CUT = `${'x'.repeat(66)}🦷 at the dentist`

  it('gets such a text once more with its lines cut elsewhere, and holds what was meant', async () => {
    const { calendar } = await cutting()
    const seen = await created(calendar, 'uid-1', { ...LUNCH, summary: CUT })
    assertHolds(calendar, seen, { ...LUNCH, summary: CUT })
    const [read] = await readAll(calendar)
    assert.deepEqual([read?.fields, read?.ref], [seen.fields, seen.ref])
    const edited = await updated(calendar, seen, { description: `${'y'.repeat(62)}🦷` })
    assertHolds(calendar, edited, { ...LUNCH, summary: CUT, description: `${'y'.repeat(62)}🦷` })
    assert.deepEqual((await readAll(calendar))[0]?.fields, edited.fields)
  })

  it('keeps what was there where it destroys the text all the same, and the user is told', async () => {
    const { server, calendar } = await cutting()
    const seen = await created(calendar, 'uid-1', LUNCH)
    const before = server.user.text(seen.id)
    const everywhere = Array.from({ length: 120 }, (_, at) => (at % 2 === 0 ? '🦷' : '🦷x')).join('')
    await assertRefused(updated(calendar, seen, { description: everywhere }), 'refused')
    assert.equal(server.user.text(seen.id), before)
    await assertRefused(created(calendar, 'uid-2', { ...LUNCH, description: everywhere }), 'refused')
    assert.equal(server.calendar.members.size, 1)
  })

  it('is not looked at again once it kept such texts', async () => {
    const { calendar, asked } = await account(PLAIN)
    await created(calendar, 'uid-1', { ...LUNCH, summary: CUT })
    assert.deepEqual(
      asked().map((each) => each.split(' ')[0]),
      ['PUT', 'GET'],
    )
    await created(calendar, 'uid-2', { ...LUNCH, summary: CUT })
    await created(calendar, 'uid-3', { ...LUNCH, summary: 'Tooth 🦷' })
    assert.deepEqual(
      asked().map((each) => each.split(' ')[0]),
      ['PUT', 'PUT'],
    )
  })

  it('reads a link in which semicolon and comma are escaped, though a link is no text', async () => {
    const { server, calendar } = await account(PLAIN)
    server.user.add(server.calendar, ['DTSTART:20260610T100000Z', 'URL:https://example.org/a\\;b?c=1\\,2'])
    assert.equal((await readAll(calendar))[0]?.fields.url, 'https://example.org/a;b?c=1,2')
  })
})
