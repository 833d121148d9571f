import assert from 'node:assert/strict'
import { admitted } from '../../src/google/admission'
import { seeGroup } from '../../src/google/series'
import { plainText } from '../../src/google/text'
import { manyOccurrences } from '../hostile/google-answers'

const SURROUNDINGS = { timeZone: 'Europe/Berlin', accessRole: 'owner', defaultReminders: [] }

/** How often anything is looked up in the occurrences of a series, and in how many slices, until it is understood. */
function effort(count: number): { lookups: number; slices: number } {
  let [lookups, slices] = [0, 1]
  const counted = <T extends object>(item: T): T =>
    new Proxy(item, {
      get: (target, name) => {
        lookups += 1
        return Reflect.get(target, name) as unknown
      },
    })
  const [master, ...instances] = manyOccurrences(count, 'RRULE:FREQ=DAILY').map((item) => admitted(item))
  const work = seeGroup({ id: 'many', master, instances: instances.map(counted) }, new Map(), SURROUNDINGS)
  for (let step = work.next(); !step.done; step = work.next()) slices += 1
  return { lookups, slices }
}

describe('A series with many occurrences that differ', () => {
  it('is understood in slices, and looks at each occurrence as often as if there were few', () => {
    const [few, many] = [effort(100), effort(2000)]
    assert.equal(many.lookups, 20 * few.lookups)
    assert.deepEqual([few.slices, many.slices], [5, 81])
  })

  it('of which more differ than of any series is set aside, by its title', () => {
    const [master, ...instances] = manyOccurrences(3001, 'RRULE:FREQ=DAILY').map((item) => admitted(item))
    const work = seeGroup({ id: 'many', master, instances }, new Map(), SURROUNDINGS)
    const { value } = work.next()
    const [seen] = value ?? []
    assert.ok(seen?.is === 'unread')
    assert.deepEqual([seen.title, seen.defect], ['Event many', undefined])
    assert.match(seen.reason, /More than 3000 of its occurrences/)
  })
})

describe('A description with what looks like markup', () => {
  for (const [html, text] of [
    ['a<!-- b -->c<!-- d', 'ac<!-- d'],
    ['<!--><!-- x -->y', 'y'],
    ['<!---->x', 'x'],
    ['--><!-- x', '--><!-- x'],
    ['<a href="https://x.example">here</a>', 'here (https://x.example)'],
    ['<a title="t" href="https://x.example" class="c">https://x.example</a>', 'https://x.example'],
    ['<a name="n">here</a>', 'here'],
    ['<a href="https://x.example>here</a>', 'here'],
    ['<a href="https://x.example">here', 'here'],
  ] as const) {
    it(`means ${JSON.stringify(text)} as ${html}`, () => assert.equal(plainText(html), text))
  }
})
