import assert from 'node:assert/strict'
import type { Strategy } from '../../src/sync/model'
import type { Side } from '../../src/sync/model'
import { World, agreed, spoken, tea, HOUR } from './world'

type State = 'unchanged' | 'changed' | 'deleted' | 'missing'
const STATES: State[] = ['unchanged', 'changed', 'deleted', 'missing']
const STRATEGIES: Strategy[] = ['manual', 'latest-wins', 'left', 'right']

/** [left, right, manual, latest-wins (left is later), left-wins, right-wins]. Both changed the summary. */
const TWO_WAY: [State, State, string, string, string, string][] = [
  ['unchanged', 'unchanged', ...same('nothing')],
  ['unchanged', 'changed', ...same('update left: summary')],
  ['unchanged', 'deleted', ...same('delete left')],
  ['unchanged', 'missing', ...same('ask (missing)')],
  ['changed', 'unchanged', ...same('update right: summary')],
  ['changed', 'changed', 'ask (conflict)', 'update right: summary', 'update right: summary', 'update left: summary'],
  ['changed', 'deleted', 'ask (conflict)', 'create right', 'create right', 'delete left'],
  ['changed', 'missing', 'ask (conflict)', 'create right', 'create right', 'create right'],
  ['deleted', 'unchanged', ...same('delete right')],
  ['deleted', 'changed', 'ask (conflict)', 'create left', 'delete right', 'create left'],
  ['deleted', 'deleted', ...same('forget')],
  ['deleted', 'missing', ...same('forget')],
  ['missing', 'unchanged', ...same('ask (missing)')],
  ['missing', 'changed', 'ask (conflict)', 'create left', 'create left', 'create left'],
  ['missing', 'deleted', ...same('forget')],
  ['missing', 'missing', ...same('forget')],
]

/** [left, right, to the right only, to the left only]: the same under every strategy. */
const ONE_WAY: [State, State, string, string][] = [
  ['unchanged', 'unchanged', 'nothing', 'nothing'],
  ['unchanged', 'changed', 'nothing', 'update left: summary'],
  ['unchanged', 'deleted', 'nothing', 'delete left'],
  ['unchanged', 'missing', 'nothing', 'ask (missing)'],
  ['changed', 'unchanged', 'update right: summary', 'nothing'],
  ['changed', 'changed', 'update right: summary', 'update left: summary'],
  ['changed', 'deleted', 'create right', 'delete left'],
  ['changed', 'missing', 'create right', 'ask (missing)'],
  ['deleted', 'unchanged', 'delete right', 'nothing'],
  ['deleted', 'changed', 'delete right', 'create left'],
  ['deleted', 'deleted', 'forget', 'forget'],
  ['deleted', 'missing', 'forget', 'forget'],
  ['missing', 'unchanged', 'ask (missing)', 'nothing'],
  ['missing', 'changed', 'ask (missing)', 'create left'],
  ['missing', 'deleted', 'forget', 'forget'],
  ['missing', 'missing', 'forget', 'forget'],
]

function same(text: string): [string, string, string, string] {
  return [text, text, text, text]
}

/** Both sides agree, then each is brought into its state; the left side's edit is the later one. */
async function inState(left: State, right: State): Promise<World> {
  const world = await agreed()
  bring(world, 'right', right)
  world.tick(HOUR)
  bring(world, 'left', left)
  await world.read(left === 'missing' || right === 'missing')
  return world
}

function bring(world: World, side: Side, state: State): void {
  if (state === 'changed') world.sides[side].edit('tea', { summary: `Tea, as ${side} has it` })
  if (state === 'deleted') world.sides[side].remove('tea')
  if (state === 'missing') world.sides[side].vanish('tea')
}

describe('the table: an event that was on both sides', () => {
  it('has a row for every two states', () => {
    for (const table of [TWO_WAY, ONE_WAY]) {
      assert.deepEqual(
        table.map(([left, right]) => `${left} ${right}`),
        STATES.flatMap((left) => STATES.map((right) => `${left} ${right}`)),
      )
    }
  })

  for (const [left, right, ...expected] of TWO_WAY) {
    STRATEGIES.forEach((strategy, index) => {
      const name = strategy === 'left' || strategy === 'right' ? `${strategy}-wins` : strategy
      it(`both ways, ${name}: left ${left}, right ${right}: ${expected[index]!}`, async () => {
        const world = (await inState(left, right)).with({ strategy })
        assert.equal(spoken(world.plan()), expected[index])
      })
    })
  }

  for (const [left, right, toRight, toLeft] of ONE_WAY) {
    for (const strategy of STRATEGIES) {
      it(`only to the right, ${strategy}: left ${left}, right ${right}: ${toRight}`, async () => {
        const world = (await inState(left, right)).with({ strategy }).oneWay('right')
        assert.equal(spoken(world.plan()), toRight)
      })
    }
    it(`only to the left, for a copy: left ${left}, right ${right}: nothing is carried back`, async () => {
      const world = (await inState(left, right)).oneWay('left')
      const bothGone = !['unchanged', 'changed'].includes(left) && !['unchanged', 'changed'].includes(right)
      assert.equal(spoken(world.plan()), bothGone ? 'forget' : 'nothing')
    })
    it(`only to the left, for an event of both: left ${left}, right ${right}: ${toLeft}`, async () => {
      const world = (await inState(left, right)).oneWay('left')
      const entry = world.agreement.get('tea')!
      if (entry.is === 'pair') world.agreement.set({ ...entry, born: 'both' })
      assert.equal(spoken(world.plan()), toLeft)
    })
  }

  it('writes each side what the other changed, where they changed different fields', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.edit('tea', { location: 'Kitchen' })
    await world.read()
    assert.equal(spoken(world.plan()), 'update left: location + update right: summary')
  })

  it('agrees, where both made the same edit', async () => {
    const world = await agreed()
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.edit('tea', { summary: 'Green tea' })
    await world.read()
    assert.equal(spoken(world.plan()), 'nothing')
    world.record(world.plan())
    world.right.edit('tea', { summary: 'Black tea' })
    await world.read()
    assert.equal(spoken(world.plan()), 'update left: summary')
  })
})

describe('the table: a new event', () => {
  for (const side of ['left', 'right'] as const) {
    const to = side === 'left' ? 'right' : 'left'
    it(`new on the ${side}, inside the window: it is created on the ${to}`, async () => {
      const world = new World()
      world.sides[side].add('tea', tea)
      await world.read()
      assert.equal(spoken(world.plan()), `create ${to}`)
      world.oneWay(side)
      assert.equal(spoken(world.plan()), 'nothing')
    })
  }
})
