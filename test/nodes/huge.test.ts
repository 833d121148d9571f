import assert from 'node:assert/strict'
import { answer, clash, lastConflict } from './dialogue'
import type { Status } from './dialogue'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

const MANY = 50_000
type Written = { applied: object; failed: number; results: { status: string; error?: { message: string } }[] }

describe('a huge message', () => {
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    await inStep(flow)
  })
  afterEach(() => flow.stop())

  /** What a sink answers to many operations, and how often others had the event loop meanwhile. */
  async function carriedOut(payload: object[]): Promise<{ written: Written; turns: number }> {
    let turns = 0
    let counting = true
    const count = (): void => {
      turns += 1
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    const { payload: written } = await flow.ask('icloudSink', { payload }, 'icloudWritten')
    counting = false
    return { written: written as Written, turns }
  }
  const many = (make: (n: number) => object): object[] => Array.from({ length: MANY }, (_, n) => make(n))

  it('of 50,000 own operations is carried out in slices, each with a result', async () => {
    flow.takeRequests()
    const { written, turns } = await carriedOut(many((n) => ({ action: 'delete', uid: `nobody-${n}` })))
    assert.equal(written.results.filter(({ status }) => status === 'ok').length, MANY)
    assert.ok(turns >= 500, `others had ${turns} turns`)
    assert.deepEqual(flow.takeWrites(), [])
    const statuses = flow.shown.get('icloudSink') ?? []
    assert.ok(statuses.length < 500, `${statuses.length} status texts`)
  })

  it('of 50,000 own operations on one event is, too', async () => {
    const { written } = await carriedOut(many(() => ({ action: 'delete', uid: 'nobody' })))
    assert.equal(written.results.length, MANY)
  })

  it('of 50,000 operations that are none refuses each by itself', async () => {
    const { written, turns } = await carriedOut(many(() => ({ action: 'dance' })))
    assert.equal(written.failed, MANY)
    assert.match(written.results[0]?.error?.message ?? '', /action must be create, update, delete or skip/)
    assert.ok(turns >= 100, `others had ${turns} turns`)
  })

  it('with one that writes among 50,000 writes it', async () => {
    const uid = flow.inGoogle('Tea').iCalUID
    const own = many((n) => ({ action: 'delete', uid: `nobody-${n}` }))
    own[MANY - 1] = { action: 'update', uid, event: { location: 'Kitchen' } }
    await carriedOut(own)
    assert.match(flow.inIcloud('Tea').text, /LOCATION:Kitchen/)
  })
})

describe('a huge event', () => {
  const MILLION = 'x'.repeat(999_999) + 'y'
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  const LONG = MILLION.slice(0, 400_000)

  it('with a description of 400,000 characters on iCloud goes to Google as far as that can hold it, and rests', async () => {
    inIcloud(flow, 'Book', 4, `DESCRIPTION:${LONG}`)
    inGoogle(flow, 'Tea')
    await flow.start()
    const report = await flow.sync()
    assert.deepEqual([report.errors, report.failed], [[], 0])
    assert.equal(flow.inGoogle('Book').description?.length, 8192)
    const { planned } = await flow.sync()
    assert.equal(planned.left.update + planned.right.update, 0)
    flow.google.user.edit(flow.inGoogle('Book').id ?? '', { location: 'Library' })
    await flow.sync()
    const { text } = flow.inIcloud('Book')
    assert.ok(text.includes(LONG) && text.includes('LOCATION:Library'))
  })

  it('as an own operation is written, or refused with what is wrong, while the others go on', async () => {
    await inStep(flow)
    const event = { summary: 'Book', ...at(6), description: MILLION }
    const payload = [
      { action: 'create', event },
      { action: 'create', event: { summary: 'Small', ...at(7) } },
    ]
    for (const [sink, written] of [
      ['googleSink', 'googleWritten'],
      ['icloudSink', 'icloudWritten'],
    ] as const) {
      const { results } = (await flow.ask(sink, { payload }, written)).payload as Written
      for (const { status, error } of results) {
        assert.ok(status === 'ok' || (error?.message ?? '') !== '', JSON.stringify(results).slice(0, 300))
      }
      assert.equal(results[1]?.status, 'ok')
    }
  })

  it('with a title of ten thousand characters is told of in a sentence that a notification can show', async () => {
    await inStep(flow)
    clash(flow)
    const title = `Green Tea ${'long '.repeat(2000)}`
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: title.slice(0, 1000) })
    flow.icloud.user.set(flow.inIcloud('Black Tea').path, `SUMMARY:Black ${title}`)
    await flow.sync()
    const { text } = lastConflict(flow)
    assert.ok(text.length < 500, `${text.length}: ${text}`)
    assert.match(text, /^"Green Tea long .*…" was changed differently in /)
    assert.ok((await answer<Status>(flow, 'status')).conflicts === 1)
  })
})
