import assert from 'node:assert/strict'
import { Script } from 'node:vm'
import { editorHtml, registrationsIn } from './editor-html'
import { filesUnder, readJson, sets } from './project'

type FlowNode = {
  id: string
  type: string
  z?: string
  wires?: string[][]
  func?: string
  credentials?: unknown
  [property: string]: unknown
}

/** Node types of Node-RED's own palette that the examples use. */
const CORE = ['tab', 'comment', 'inject', 'debug', 'catch', 'function', 'http in', 'http response']

const examples = filesUnder('examples').map((file) => ({ file, nodes: readJson(file) as FlowNode[] }))
const definitions = new Map(sets().flatMap((set) => registrationsIn(editorHtml(set)).map((each) => [each.type, each])))

describe('The examples', () => {
  it('show every node that can be placed in a flow', () => {
    const shown = new Set(examples.flatMap(({ nodes }) => nodes.map((node) => node.type)))
    for (const [type, { definition }] of definitions) {
      if (definition.get('category') !== "'config'") assert.ok(shown.has(type), `no example has a ${type}`)
    }
  })

  it('can be imported side by side: no id occurs twice', () => {
    const ids = examples.flatMap(({ nodes }) => nodes.map((node) => node.id))
    assert.equal(new Set(ids).size, ids.length)
  })
})

for (const { file, nodes } of examples) {
  const byId = new Map(nodes.map((node) => [node.id, node]))

  describe(`The example ${file}`, () => {
    it('has ids of 16 hexadecimal digits, which no other property can be mistaken for', () => {
      for (const { id } of nodes) assert.match(id, /^[0-9a-f]{16}$/)
    })

    it('has only nodes of this package and of the core', () => {
      for (const { type } of nodes) assert.ok(definitions.has(type) || CORE.includes(type), type)
    })

    it('has a tab, with every flow node on it and a description', () => {
      const [tab] = nodes.filter((node) => node.type === 'tab')
      assert.ok(tab && typeof tab['info'] === 'string' && tab['info'].length > 40)
      for (const node of nodes.filter((each) => each.wires)) assert.equal(node.z, tab.id)
    })

    it('has wires that lead to nodes with an input, from outputs that exist', () => {
      for (const node of nodes) {
        const outputs = definitions.get(node.type)?.definition.get('outputs')
        if (outputs !== undefined) assert.equal(node.wires?.length, Number(outputs), node.type)
        for (const target of (node.wires ?? []).flat()) {
          const type = byId.get(target)?.type ?? 'nothing'
          assert.ok(!['nothing', 'tab', 'comment', 'inject', 'catch', 'http in'].includes(type), `wire to ${type}`)
        }
      }
    })

    it('gives each of our nodes exactly the properties that it has', () => {
      for (const node of nodes) {
        const definition = definitions.get(node.type)
        if (definition === undefined) continue
        const own = Object.keys(node).filter((name) => !['id', 'type', 'z', 'x', 'y', 'wires'].includes(name))
        assert.deepEqual(own.sort(), [...definition.defaults].sort(), node.type)
      }
    })

    it('refers to config nodes that it holds', () => {
      for (const node of nodes) {
        for (const property of ['calendar', 'left', 'right', 'googleAccount', 'icloudAccount']) {
          const id = node[property]
          if (typeof id === 'string' && id !== '') assert.ok(byId.has(id), `${node.type}.${property}`)
        }
      }
    })

    it('holds no credentials', () => {
      for (const node of nodes) assert.equal(node.credentials, undefined)
    })

    it('has functions that are JavaScript', () => {
      for (const { func } of nodes) if (func !== undefined) new Script(`(function (msg) {${func}\n})`)
    })
  })
}

/** Runs a function node of an example (the first, or by name) as Node-RED would: with the message in hand. */
function runFunction(file: string, msg: unknown, name?: string): unknown {
  const nodes = examples.find((example) => example.file === `examples/${file}`)?.nodes ?? []
  const node = nodes.find((each) => each.func && (name === undefined || each['name'] === name))
  const run = new Script(`(function (msg) {${node?.func ?? ''}\n})`).runInThisContext() as (msg: unknown) => unknown
  return run(msg)
}

describe('The function node of an example', () => {
  it('leaves nothing of a private event but its time and the title Busy, occurrences included', () => {
    const when = { start: { date: '2026-01-05' }, end: { date: '2026-01-06' }, recurrence: ['RRULE:FREQ=WEEKLY'] }
    const moved = { start: { date: '2026-01-13' }, end: { date: '2026-01-14' } }
    const event = {
      ...when,
      uid: 'u',
      summary: 'Doctor',
      location: 'Clinic',
      exceptions: { '2026-01-12': { ...moved, summary: 'Surgeon' }, '2026-01-19': null },
    }
    const operation = { action: 'create', id: 'i', uid: 'u', event, changed: ['summary', 'location'], plan: {} }
    const gone = { action: 'delete', id: 'j', uid: 'v', event, plan: {} }
    assert.deepEqual(runFunction('one-way-busy.json', { payload: [structuredClone(operation), gone], topic: 't' }), {
      topic: 't',
      payload: [
        {
          ...operation,
          event: { ...when, uid: 'u', summary: 'Busy', exceptions: { '2026-01-12': moved, '2026-01-19': null } },
        },
        gone,
      ],
    })
  })

  it('makes an event of half an hour for tomorrow', () => {
    const { payload } = runFunction('own-event.json', {}) as {
      payload: { action: string; event: Record<'start' | 'end', { dateTime: string; timeZone: string }> }
    }
    assert.equal(payload.action, 'create')
    const { start, end } = payload.event
    const minutes = (new Date(end.dateTime).getTime() - new Date(start.dateTime).getTime()) / 60_000
    assert.equal(minutes, 30)
    assert.equal(start.timeZone, Intl.DateTimeFormat().resolvedOptions().timeZone)
  })

  it('gives each title a prefix, also that of an occurrence, and leaves deletions and what is cancelled alone', () => {
    const exceptions = {
      '2026-01-12': { summary: 'Surgeon' },
      '2026-01-13': { location: 'Ward 2' },
      '2026-01-19': null,
    }
    const operation = { action: 'update', uid: 'u', event: { uid: 'u', summary: 'Doctor', exceptions } }
    const gone = { action: 'delete', uid: 'v', event: { uid: 'v', summary: 'Dentist' } }
    const event = {
      uid: 'u',
      summary: 'Work: Doctor',
      exceptions: { ...exceptions, '2026-01-12': { summary: 'Work: Surgeon' } },
    }
    assert.deepEqual(runFunction('title-prefix.json', { payload: [structuredClone(operation), gone] }), {
      payload: [{ ...operation, event }, gone],
    })
  })

  it('puts an explanation in words, and no other answer', () => {
    const payload = { text: '"Tea": outside the window.', summary: 'Tea', decision: ['outside the window'] }
    const inWords = (topic: string): unknown =>
      runFunction('status-message.json', { topic, payload: { ...payload } }, 'explanation in words')
    assert.deepEqual(inWords('explain'), { topic: 'explain', payload: '"Tea": outside the window.' })
    assert.equal(inWords('report'), null)
  })
})
