import assert from 'node:assert/strict'
import type { Explanation } from '../../src/runtime/explain'
import { answer } from './dialogue'
import { at, day, icalDay, inGoogle } from './events'
import { Flow } from './flow'
import { changeAll } from './on-disk'

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

  describe('and that an older version has read, which did not tell', () => {
    const CHOICES = ['as-free', 'leave-out', 'as-is'] as const

    /** Ends Node-RED, with the state on disk as the older version left it, and starts it with the new one. */
    async function update(declined: (typeof CHOICES)[number]): Promise<void> {
      await flow.undeploy()
      await changeAll(flow, 'position.json', (bytes) => bytes.toString().replace(/,?"sees":\d+/, ''))
      await changeAll(flow, 'replica.jsonl', (bytes) =>
        bytes.toString().replace(/"declined":\{"all":\w+,"except":\[[^\]]*\]\},?/g, ''),
      )
      await flow.restart({ reconcile: { declined } })
    }

    /** A meeting in iCloud, of which perhaps one occurrence alone is declined. @returns its text */
    function inIcloud(reply: string, rule: string[] = [], declined?: string[]): string {
      const vevent = (said: string, lines: string[]): string[] => [
        ...['BEGIN:VEVENT', 'UID:review', `DTSTAMP:${icalDay(0)}T080000Z`, 'SUMMARY:Review', 'DURATION:PT1H', ...lines],
        ...['ORGANIZER:mailto:ann@example.com', `ATTENDEE;PARTSTAT=${said}:mailto:anna@example.com`],
        ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', BELL, 'END:VALARM', 'END:VEVENT'],
      ]
      const events = [
        vevent(reply, [`DTSTART:${icalDay(5)}T080000Z`, ...rule]),
        ...(declined ? [vevent('DECLINED', declined)] : []),
      ]
      const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', ...events.flat(), 'END:VCALENDAR', '']
      flow.icloud.user.addText(flow.icloud.calendar, lines.join('\r\n'), 'review.ics')
      return lines.join('\r\n')
    }

    /** What is written in the first run after the update is that one change of the copy, or nothing. */
    async function assertOneChange(to: 'left' | 'right', declined: (typeof CHOICES)[number]): Promise<void> {
      const report = await flow.sync()
      const changed = { ...NONE, update: declined === 'as-is' ? 0 : 1 }
      assert.deepEqual([report.planned, report.conflicts, report.errors], [{ ...IDLE, [to]: changed }, 0, []])
      await inStep()
    }

    for (const declined of CHOICES) {
      it(`shows as the node says, where the older version took it for a free one: ${declined}`, async () => {
        await flow.start()
        await flow.sync()
        await flow.undeploy()
        await changeAll(flow, 'replica.jsonl', (bytes) =>
          bytes.toString().replace(/^.*"declined".*$/gm, (line) => {
            const free = line.replace('"transparency":"opaque"', '"transparency":"transparent"')
            return free.replace('"reminders":[10]', '"reminders":null')
          }),
        )
        await update(declined)
        const report = await flow.sync()
        const right = { ...NONE, update: declined === 'as-is' ? 1 : 0 }
        assert.deepEqual([report.planned, report.conflicts, report.errors], [{ ...IDLE, right }, 0, []])
        assert.deepEqual(copy(), declined === 'as-is' ? ['OPAQUE', BELL] : ['TRANSPARENT'])
        await inStep()
      })

      it(`shows as the node says at once, where Google is its home: ${declined}`, async () => {
        await flow.start({ reconcile: { declined: 'as-is' } })
        await flow.sync()
        const home = flow.google.user.get('meeting')
        await update(declined)
        await assertOneChange('right', declined)
        assert.deepEqual(copy(), declined === 'as-is' ? ['OPAQUE', BELL] : ['TRANSPARENT'])
        assert.deepEqual(flow.google.user.get('meeting'), home)
      })

      it(`shows as the node says at once, where CalDAV is its home: ${declined}`, async () => {
        reply('accepted')
        const held = inIcloud('DECLINED')
        await flow.start({ reconcile: { declined: 'as-is' } })
        await flow.sync()
        await update(declined)
        await assertOneChange('left', declined)
        const { transparency = 'opaque', reminders } = flow.inGoogle('Review')
        const isFree = declined !== 'as-is'
        assert.deepEqual([transparency, reminders?.overrides?.length ?? 0], isFree ? ['transparent', 0] : ['opaque', 1])
        assert.equal(flow.inIcloud('Review').text, held)
      })

      it(`shows so as one occurrence of a series, whichever calendar is its home: ${declined}`, async () => {
        flow.google.user.edit('meeting', { attendees: [ann, me('accepted')], recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] })
        const second = flow.google.user.instanceId('meeting', `${day(4)}T14:00:00Z`)
        flow.google.user.edit(second, { attendees: [ann, me('declined')] })
        const third = `${icalDay(6)}T080000Z`
        inIcloud('ACCEPTED', ['RRULE:FREQ=DAILY;COUNT=3'], [`RECURRENCE-ID:${third}`, `DTSTART:${third}`])
        await flow.start({ reconcile: { declined: 'as-is' } })
        await flow.sync()
        await update(declined)
        const report = await flow.sync()
        const changed = { ...NONE, update: declined === 'as-is' ? 0 : 1 }
        assert.deepEqual([report.planned, report.conflicts], [{ left: changed, right: changed }, 0])
        await inStep()
        const copied = flow.google.user.get(
          flow.google.user.instanceId(flow.inGoogle('Review').id ?? '', `${day(6)}T08:00:00Z`),
        )
        const { text } = flow.inIcloud('Meeting')
        const shown = [
          copied.status,
          copied.transparency ?? 'opaque',
          text.includes('EXDATE'),
          text.includes('TRANSPARENT'),
        ]
        assert.deepEqual(
          shown,
          {
            'as-free': ['confirmed', 'transparent', false, true],
            'leave-out': ['cancelled', 'opaque', true, false],
            'as-is': ['confirmed', 'opaque', false, false],
          }[declined],
        )
      })
    }

    it('is read once more by the first run alone', async () => {
      inIcloud('DECLINED')
      await flow.start({ reconcile: { declined: 'as-is' } })
      await flow.sync()
      await update('as-free')
      await flow.sync()
      await flow.sync()
      flow.takeRequests()
      await flow.sync()
      const { google, icloud } = flow.takeRequests()
      assert.deepEqual([google.length, icloud.length], [1, 1])
    })
  })
})
