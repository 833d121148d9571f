import assert from 'node:assert/strict'
import type { Explanation } from '../../src/runtime/explain'
import { answer } from './dialogue'
import { at, day, inGoogle } from './events'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }
const ann = { email: 'ann@example.com', organizer: true }
const me = (responseStatus: string): object => ({ email: 'someone@example.com', self: true, responseStatus })
const BELL = 'TRIGGER:-PT10M'

describe('a meeting that its owner has declined', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    invite('declined')
  })
  afterEach(() => flow.stop())

  const invite = (reply: string): unknown =>
    flow.google.user.plant({
      ...{ id: 'meeting', summary: 'Meeting', organizer: { email: ann.email }, attendees: [ann, me(reply)] },
      ...at(3, 14, 'UTC'),
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] },
    })
  const reply = (responseStatus: string): unknown =>
    flow.google.user.edit('meeting', { attendees: [ann, me(responseStatus)] })
  /** Whether the copy takes time, and rings. */
  const copy = (): string[] => {
    const { text } = flow.inIcloud('Meeting')
    return [/^TRANSP:(\w+)/m.exec(text)?.[1] ?? 'OPAQUE', ...(text.includes(BELL) ? [BELL] : [])]
  }
  const decision = async (): Promise<string> => {
    const uid = flow.inGoogle('Meeting').iCalUID
    return (await answer<Explanation>(flow, 'explain', { uid })).decision.join(' ')
  }
  const inStep = async (): Promise<void> => {
    const report = await flow.sync({ fullSync: true })
    assert.deepEqual([report.planned, report.conflicts, report.errors], [IDLE, 0, []])
  }

  for (const [words, reconcile] of [
    ['unless the node says otherwise', {}],
    ['where a flow has the choice empty', { declined: '' }],
    ['where the node says as-free', { declined: 'as-free' }],
  ] as const) {
    it(`is free in the other calendar and does not ring there, ${words}`, async () => {
      await flow.start({ reconcile })
      await flow.sync()
      assert.deepEqual(copy(), ['TRANSPARENT'])
      await inStep()
      assert.match(await decision(), /both sides mean the same/)
      reply('accepted')
      await flow.sync()
      assert.deepEqual(copy(), ['OPAQUE', BELL])
    })
  }

  it('is as any other event where the node says as-is', async () => {
    await flow.start({ reconcile: { declined: 'as-is' } })
    await flow.sync()
    assert.deepEqual(copy(), ['OPAQUE', BELL])
    await inStep()
  })

  it('is not copied where the node says leave-out, which explain tells, and is copied once it is accepted', async () => {
    await flow.start({ reconcile: { declined: 'leave-out' } })
    await flow.sync()
    assert.deepEqual(flow.titles().icloud, ['Tea'])
    assert.equal(await decision(), 'left out: its owner has declined it')
    await inStep()
    reply('accepted')
    await flow.sync()
    assert.deepEqual(copy(), ['OPAQUE', BELL])
  })

  it('becomes free where it was copied before, though the node says leave-out', async () => {
    reply('accepted')
    await flow.start({ reconcile: { declined: 'leave-out' } })
    await flow.sync()
    assert.deepEqual(copy(), ['OPAQUE', BELL])
    reply('declined')
    const report = await flow.sync()
    assert.deepEqual([report.planned.right, report.heldDeletions], [{ ...NONE, update: 1 }, 0])
    assert.deepEqual(copy(), ['TRANSPARENT'])
    await inStep()
  })

  it('keeps what is set in its copy of the alarms there, until it is accepted again', async () => {
    await flow.start()
    await flow.sync()
    const own = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', 'TRIGGER:-PT5M', 'END:VALARM', 'END:VEVENT']
    flow.icloud.user.rewrite(flow.inIcloud('Meeting').path, (text) => text.replace('END:VEVENT', own.join('\r\n')))
    const report = await flow.sync()
    assert.deepEqual([report.planned, report.notWritable], [IDLE, 0])
    assert.ok(flow.inIcloud('Meeting').text.includes('TRIGGER:-PT5M'))
    reply('accepted')
    await flow.sync()
    assert.deepEqual(copy(), ['OPAQUE', BELL])
    assert.ok(!flow.inIcloud('Meeting').text.includes('TRIGGER:-PT5M'))
    await inStep()
  })

  it('is copied under leave-out where one occurrence of it is not declined, which alone takes time', async () => {
    flow.google.user.edit('meeting', { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] })
    const second = flow.google.user.instanceId('meeting', `${day(4)}T14:00:00Z`)
    await flow.start({ reconcile: { declined: 'leave-out' } })
    await flow.sync()
    assert.deepEqual(flow.titles().icloud, ['Tea'])
    flow.google.user.edit(second, { attendees: [ann, me('accepted')] })
    await flow.sync()
    const [series = '', occurrence = '', ...more] = flow.inIcloud('Meeting').text.split('END:VEVENT').slice(0, -1)
    assert.deepEqual(more, [])
    assert.ok(series.includes('TRANSP:TRANSPARENT') && !series.includes(BELL))
    assert.ok(occurrence.includes('RECURRENCE-ID') && occurrence.includes(BELL))
    assert.ok(!occurrence.includes('TRANSP:TRANSPARENT'))
    await inStep()
  })

  it('follows when another choice is deployed, and stays at home as it is', async () => {
    const home = (): unknown => {
      const { reminders, transparency, attendees } = flow.google.user.get('meeting')
      return { reminders, transparency, attendees }
    }
    await flow.start({ reconcile: { declined: 'leave-out' } })
    const before = home()
    await flow.sync()
    for (const [declined, shows] of [
      ['as-is', ['OPAQUE', BELL]],
      ['leave-out', ['TRANSPARENT']],
      ['as-is', ['OPAQUE', BELL]],
      ['as-free', ['TRANSPARENT']],
    ] as const) {
      await flow.deploy({ reconcile: { declined } })
      await flow.sync()
      assert.deepEqual(copy(), shows, declined)
      await inStep()
    }
    assert.deepEqual(home(), before)
  })
})
