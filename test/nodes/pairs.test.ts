import assert from 'node:assert/strict'
import { at, day, inStep } from './events'
import { Flow } from './flow'
import type { Report } from './flow'
import { Several } from './several'
import { BUSY, prefixed } from './several-wiring'
import type { PairWish, Place } from './several-wiring'

const NONE = { create: 0, update: 0, delete: 0 }

const SHAPES: Record<string, readonly PairWish[]> = {
  'a chain of three': [
    { left: 'A', right: 'B' },
    { left: 'B', right: 'C' },
  ],
  'a star of four': [
    { left: 'A', right: 'B' },
    { left: 'A', right: 'C' },
    { left: 'A', right: 'D' },
  ],
  'a ring of three': [
    { left: 'A', right: 'B' },
    { left: 'B', right: 'C' },
    { left: 'C', right: 'A' },
  ],
}

for (const [shape, pairs] of Object.entries(SHAPES)) {
  describe(`several pairs: ${shape}`, () => {
    let flow: Flow
    let several: Several
    const places = (): Place[] => Object.keys(several.titles()) as Place[]
    const everywhere = (...titles: string[]): void => {
      assert.deepEqual(several.titles(), Object.fromEntries(places().map((place) => [place, titles])))
    }

    beforeEach(async () => {
      flow = new Flow()
      several = new Several(flow, pairs)
      for (const [index, place] of places().entries()) several.make(place, `From ${place}`, index + 2)
      await several.start()
      await several.settle()
    })
    afterEach(() => flow.stop())

    it('carries an event of each calendar to all others, once, and then rests', () => {
      everywhere(...places().map((place) => `From ${place}`))
      assert.deepEqual(flow.heard('conflicts'), [])
    })

    it('carries an edit and a deletion in any of them through to all', async () => {
      for (const [index, place] of places().entries()) {
        several.rename(place, `From ${places().at(-1 - index) ?? ''}`, `Renamed in ${place}`)
        await several.settle()
      }
      everywhere(...places().map((place) => `Renamed in ${place}`))
      const [first, , last] = places() as [Place, Place, Place]
      several.remove(last, `Renamed in ${first}`)
      await several.settle()
      everywhere(
        ...places()
          .filter((place) => place !== first)
          .map((place) => `Renamed in ${place}`),
      )
      assert.deepEqual(flow.heard('conflicts'), [])
    })

    it('carries an own operation of the flow through to all, once', async () => {
      const payload = { action: 'create', event: { summary: 'Own', ...at(9) } }
      await flow.ask('googleSink', { payload }, 'googleWritten')
      await several.settle()
      everywhere(...places().map((place) => `From ${place}`), 'Own')
    })

    it('goes on as if nothing had happened when the nodes are imported again under other ids', async () => {
      flow.takeWrites()
      await several.importAgain()
      assert.equal(await several.settle(), 0)
      assert.deepEqual(flow.takeWrites(), [])
      several.rename('A', 'From B', 'Renamed')
      await several.settle()
      everywhere(...places().flatMap((place) => (place === 'B' ? [] : [`From ${place}`])), 'Renamed')
    })
  })
}

describe('a ring of three in which each hop rewrites titles', () => {
  let flow: Flow
  let several: Several
  beforeEach(async () => {
    flow = new Flow()
    several = new Several(flow, [
      { left: 'A', right: 'B', toRight: prefixed('[A]'), toLeft: prefixed('[B]') },
      { left: 'B', right: 'C', toRight: prefixed('[B]'), toLeft: prefixed('[C]') },
      { left: 'C', right: 'A', toRight: prefixed('[C]'), toLeft: prefixed('[A]') },
    ])
    several.make('A', 'Tea', 2)
    await several.start()
    await several.settle()
  })
  afterEach(() => flow.stop())

  it('has the event once in each, and rests', () => {
    assert.deepEqual(several.titles(), { A: ['Tea'], B: ['[A] Tea'], C: ['[A] Tea'] })
  })

  it('carries new titles from anywhere around once, and rests', async () => {
    several.rename('A', 'Tea', 'Coffee')
    await several.settle()
    assert.deepEqual(several.titles(), { A: ['Coffee'], B: ['[A] Coffee'], C: ['[A] Coffee'] })
    several.rename('B', '[A] Coffee', 'Cake')
    await several.settle()
    for (const titles of Object.values(several.titles())) {
      assert.equal(titles.length, 1)
      assert.match(titles[0] ?? '', /Cake$/)
    }
  })

  it('carries a move and a deletion through, still once', async () => {
    several.move('A', 'Tea', 5)
    await several.settle()
    assert.deepEqual(several.days(), { A: [day(5)], B: [day(5)], C: [day(5)] })
    several.remove('A', 'Tea')
    await several.settle()
    assert.deepEqual(several.titles(), { A: [], B: [], C: [] })
  })
})

describe('two Busy mirrors over one pair, in opposite directions, in one flow', () => {
  let flow: Flow
  let several: Several
  beforeEach(async () => {
    flow = new Flow()
    several = new Several(flow, [
      { left: 'A', right: 'B', toRight: BUSY, settings: { direction: 'left-to-right' } },
      { left: 'A', right: 'B', toLeft: BUSY, settings: { direction: 'right-to-left' } },
    ])
    several.make('A', 'Tea', 2)
    several.make('B', 'Coffee', 3)
    await several.start()
    await several.settle()
  })
  afterEach(() => flow.stop())

  it('show each event once on the other side, and never the mirror of a mirror', () => {
    assert.deepEqual(several.titles(), { A: ['Busy', 'Tea'], B: ['Busy', 'Coffee'] })
    assert.deepEqual(several.days(), { A: [day(2), day(3)], B: [day(2), day(3)] })
  })

  it('follow a move and a deletion of the originals, and give nothing back', async () => {
    several.move('A', 'Tea', 6)
    several.rename('B', 'Coffee', 'Secret')
    await several.settle()
    assert.deepEqual(several.titles(), { A: ['Busy', 'Tea'], B: ['Busy', 'Secret'] })
    assert.deepEqual(several.days(), { A: [day(3), day(6)], B: [day(3), day(6)] })
    several.remove('B', 'Secret')
    await several.settle()
    assert.deepEqual(several.titles(), { A: ['Tea'], B: ['Busy'] })
    several.rename('B', 'Busy', 'Scribbled on')
    await several.settle()
    assert.deepEqual(several.titles(), { A: ['Tea'], B: ['Scribbled on'] })
    assert.deepEqual(flow.heard('conflicts'), [])
  })
})

describe('a second tool that changes an event back after each run', () => {
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    await inStep(flow)
  })
  afterEach(() => flow.stop())

  /** It wants "Green Tea" in Google and "Tea" in iCloud, and changes back what is not so. */
  function otherTool(): void {
    const { google, icloud } = flow.titles()
    if (google.includes('Tea')) flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    else if (icloud.includes('Green Tea')) flow.icloud.user.set(flow.inIcloud('Green Tea').path, 'SUMMARY:Tea')
  }

  /** The tool and we take turns until the event is left alone. @returns the report that says so */
  async function untilLeftAlone(): Promise<Report> {
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    for (let run = 0; run < 6; run += 1) {
      const { applied, setAside } = await flow.sync()
      assert.deepEqual([applied.left.update + applied.right.update, setAside], [1, []])
      otherTool()
    }
    return flow.sync()
  }

  it('meets its match: after the third time to either side the event is left alone, and reported', async () => {
    const { uid, summary, reason } = (await untilLeftAlone()).setAside[0] ?? {}
    assert.equal(uid, flow.inGoogle('Green Tea').iCalUID)
    assert.match(summary ?? '', /Tea$/)
    assert.match(reason ?? '', /written three times within an hour/)
    const { planned } = await flow.sync()
    assert.deepEqual([planned.left, planned.right], [NONE, NONE])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Coffee', 'Tea'] })
  })

  it('does not hold up the rest', async () => {
    await untilLeftAlone()
    flow.google.user.edit(flow.inGoogle('Coffee').id ?? '', { summary: 'Espresso' })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Espresso', 'Green Tea'], icloud: ['Espresso', 'Tea'] })
  })

  it('is over when the event is released: it is written once more', async () => {
    const uid = (await untilLeftAlone()).setAside[0]?.uid
    const { applied } = await flow.report(() => flow.node('reconcile').receive({ topic: 'sync', payload: { uid } }))
    assert.deepEqual([applied.left, applied.right], [NONE, { ...NONE, update: 1 }])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Coffee', 'Green Tea'] })
  })
})
