import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { CheckAnswer } from '../../src/runtime/check'
import type { CheckState } from '../../src/runtime/checks'
import { post } from './admin'
import { Flow, ID } from './flow'
import { PASSWORD } from './wiring'

describe('A check of an account in Node-RED', function () {
  this.timeout(120_000)
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    await flow.start()
  })
  afterEach(() => flow.stop())

  /** Begins a check as a dialog does, and asks until it is over. */
  async function checked(body: object = {}): Promise<CheckState> {
    const begun = await post('/calsync/icloud/check', { id: ID.icloudAccount, ...body })
    assert.equal(begun.status, 200, begun.text)
    for (;;) {
      const { status, body: state, text } = await post('/calsync/icloud/check/result', { check: begun.body.check })
      assert.equal(status, 200, text)
      if (state.is !== 'running') return state as unknown as CheckState
      await setTimeout(100)
    }
  }

  it('is asked for in the account’s dialog, and gives lines and a report', async () => {
    const state = await checked()
    assert.ok(state.is === 'done')
    assert.match(state.text, /^All that was tried is as expected \(\d+\); \d+ could not be tried\.$/)
    assert.ok(state.lines.some(({ id, outcome }) => id === 'caldav.list.recognised' && outcome === 'as expected'))
    assert.match(
      state.report,
      /^CalSync \S+, check of a CalDAV account, \d{4}-\d\d-\d\d \(reading only, \d+ requests, \d+ seconds?\)\n/,
    )
    for (const { id, saw } of state.lines)
      assert.ok(state.report.includes(`${id}: `) && state.report.includes(`Seen: ${saw}`), id)
    for (const secret of [PASSWORD, '1234567890', 'anna', 'Privat', 'Verein']) {
      assert.ok(!JSON.stringify(state).toLowerCase().includes(secret.toLowerCase()), secret)
    }
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('leaves what is known of the calendars as it is', async () => {
    await flow.sync()
    flow.icloud.user.add(flow.icloud.calendar, [
      'UID:new',
      'SUMMARY:New',
      'DTSTART:20260610T100000Z',
      'DTEND:20260610T110000Z',
    ])
    await checked()
    const read = await flow.ask('icloudSource', {}, 'icloudRead')
    assert.deepEqual(
      (read.payload as { events: { uid: string }[] }).events.map(({ uid }) => uid),
      ['new'],
    )
  })

  it('writes into a scratch calendar that is named exactly and agreed to, and leaves it as it was', async () => {
    const scratch = flow.icloud.user.newCalendar({ name: 'Scratch' })
    const asked = await post('/calsync/icloud/check', { id: ID.icloudAccount, scratch: 'Scratch' })
    assert.deepEqual(asked.body.confirm, { scratch: ['Scratch'], events: 4 })
    assert.match(
      String(asked.body.text),
      /^Up to 4 small events will be made in "Scratch" for tomorrow, without guests, and removed again\./,
    )
    assert.deepEqual(flow.takeWrites(), [])
    const state = await checked({ scratch: 'Scratch', confirm: true })
    assert.ok(state.is === 'done')
    assert.ok(state.lines.some(({ id, outcome }) => id === 'caldav.cleanup' && outcome === 'as expected'))
    const writes = flow.takeWrites()
    assert.ok(writes.length > 3 && writes.every((line) => line.includes(scratch.path)), writes.join('\n'))
    assert.equal(scratch.members.size, 0)
  })

  it('writes into no calendar that is synced or used by a node, can only be read, or is not named exactly', async () => {
    flow.icloud.user.newCalendar({ name: 'Twice' })
    flow.icloud.user.newCalendar({ name: 'Twice' })
    const { path } = flow.icloud.calendar
    for (const [scratch, words] of [
      ['Privat', /"Privat" is used by a calendar node\. Make a new calendar/],
      [path, /"Privat" is used by a calendar node/],
      ['Verein', /"Verein" can only be read/],
      ['privat', /no calendar called "privat"/],
      ['Twice', /2 calendars are called "Twice"/],
    ] as const) {
      const refused = await post('/calsync/icloud/check', { id: ID.icloudAccount, scratch, confirm: true })
      assert.deepEqual([refused.status, refused.body.code], [422, 'calsync.check-scratch'], scratch)
      assert.match(String(refused.body.message), words)
    }
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('is refused to who asks for it wrongly', async () => {
    for (const body of [{ scratch: 1 }, { confirm: 'yes' }, { second: [] }]) {
      const refused = await post('/calsync/icloud/check', { id: ID.icloudAccount, ...body })
      assert.deepEqual([refused.status, refused.body.code], [400, 'calsync.invalid-input'])
    }
    const unknown = await post('/calsync/icloud/check/result', { check: 'nobody' })
    assert.deepEqual([unknown.status, unknown.body.code], [422, 'calsync.no-such-check'])
  })

  it('ends when its dialog is closed', async () => {
    let first: (() => void) | undefined
    const reached = new Promise<void>((resolve) => (first = resolve))
    flow.icloud.interfere.before = async () => {
      first?.()
      await setTimeout(50)
      return undefined
    }
    const begun = await post('/calsync/icloud/check', { id: ID.icloudAccount })
    await reached
    await post('/calsync/icloud/check/cancel', { check: begun.body.check })
    for (;;) {
      const { body } = await post('/calsync/icloud/check/result', { check: begun.body.check })
      if (body.is === 'running') continue
      assert.equal(body.is, 'failed')
      break
    }
    assert.ok(flow.icloud.log.length < 10)
  })

  it('says what is wrong with the login, and shows what was seen so far', async () => {
    const state = await checked({
      values: { username: 'anna', password: 'another', serverUrl: flow.icloud.options.origin },
    })
    assert.ok(state.is === 'done' && state.ended !== undefined)
    assert.match(state.text, /refuses the user name and password/)
    assert.ok(state.lines.some(({ outcome }) => outcome === 'not tried'))
  })

  it('answers a message to a source, which then reads nothing', async () => {
    const answer = await flow.ask('icloudSource', { topic: 'check', payload: Date.now(), mine: 1 }, 'icloudRead')
    assert.deepEqual([answer.topic, answer['mine']], ['check', 1])
    const { text, lines, report } = answer.payload as CheckAnswer
    assert.equal(Object.keys(answer.payload as object)[0], 'text')
    assert.match(text, /^All that was tried is as expected/)
    assert.ok(lines.length > 10 && report.includes(lines[0]!.id))
    assert.deepEqual([flow.heard('report'), flow.heard('caught')], [[], []])
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('asks a message to agree before it writes', async () => {
    flow.icloud.user.newCalendar({ name: 'Scratch' })
    const answer = await flow.ask('icloudSource', { topic: 'check', payload: { scratch: 'Scratch' } }, 'icloudRead')
    const { text, confirm, lines } = answer.payload as CheckAnswer
    assert.match(text, /Send the message with confirm: true to agree\.$/)
    assert.deepEqual([confirm, lines], [{ scratch: ['Scratch'], events: 4 }, []])
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('is not asked for by the message of a source whose calendar is called “check”', async () => {
    flow.icloud.calendar.name = 'check'
    await flow.deploy()
    const read = await flow.ask('icloudSource', {}, 'icloudRead')
    assert.equal(read.topic, 'check')
    const next = await flow.ask('googleSource', { topic: 'check', calsync: read['calsync'] }, 'googleRead')
    assert.equal((next.payload as { kind: string }).kind, 'full')
  })
})
