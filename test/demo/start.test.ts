import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../package/project'
import type { Row } from './owner'

type State = { editor: string; told: { lines: string[] }[] } & Record<'google' | 'icloud', { rows: Row[] }>

/** `npm start` as a newcomer runs it, in a folder of its own. */
class Demo {
  readonly lines: string[] = []
  private readonly child: ChildProcess
  private readonly waiting = new Set<() => void>()
  private exit: number | null | undefined

  constructor(folder: string, ...args: string[]) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'test/demo/main.ts', ...args], {
      cwd: ROOT,
      env: { ...process.env, CALSYNC_DEMO_FOLDER: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line)
        this.wake()
      })
    }
    this.child.once('exit', (code) => {
      this.exit = code
      this.wake()
    })
  }

  /** Waits until a line that fits was printed, from the given line on; returns it. */
  async printed(pattern: RegExp, from = 0): Promise<string> {
    for (;;) {
      const line = this.lines.slice(from).find((each) => pattern.test(each))
      if (line !== undefined) return line
      if (this.exit !== undefined)
        throw new Error(`It ended before it said ${String(pattern)}:\n${this.lines.join('\n')}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  async page(): Promise<string> {
    return /http:\S+/.exec(await this.printed(/to look at and to edit/))?.[0] ?? ''
  }

  /** Does something and waits for the report that follows. */
  async report(act: () => Promise<unknown>): Promise<string> {
    const from = this.lines.length
    await act()
    return this.printed(/^Synced/, from)
  }

  /** Ctrl-C; resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    if (this.exit === undefined) this.child.kill('SIGINT')
    while (this.exit === undefined) await new Promise<void>((resolve) => this.waiting.add(resolve))
    return this.exit
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}

const post = async (url: string, body: object): Promise<State> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(url, init)
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()) as State
}
const stateOf = async (page: string): Promise<State> => (await (await fetch(`${page}state`)).json()) as State
const titles = (rows: Row[]): string[] => rows.map(({ title }) => title).sort()

const byId = (rows: Row[]): Map<string, Row> => new Map(rows.map((row) => [row.id, row]))

/** What the first sync leaves where it is: it lies before the window. */
const OUTSIDE = ['Hand-over', 'House viewing', 'Kick-off of the old project']
const inside = (rows: Row[]): string[] => titles(rows).filter((title) => !OUTSIDE.includes(title))

describe('The demo', function () {
  let folder: string
  let demo: Demo

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calsync-start-'))
    demo = new Demo(folder)
  })

  after(() => demo.interrupt())

  it('syncs both calendars by itself and says what it did', async () => {
    await demo.printed(/^Synced:/)
    assert.match(await demo.printed(/^ {2}Google +created 38, updated 1, deleted 0/), /holds 97/)
    assert.match(await demo.printed(/^ {2}iCloud +created 37, updated 0, deleted 0/), /holds 96/)
    const { google, icloud } = await stateOf(await demo.page())
    assert.deepEqual(inside(google.rows), inside(icloud.rows))
  })

  it('finds nothing to do when nothing changed', async () => {
    const page = await demo.page()
    assert.equal(await demo.report(() => post(`${page}sync`, {})), 'Synced: nothing to do.')
  })

  it('carries what is edited, added and deleted on the page to the other side', async () => {
    const page = await demo.page()
    const { google, icloud } = await stateOf(page)
    const find = (rows: Row[], title: string): Row => {
      const row = rows.find((each) => each.title === title)
      assert.ok(row, title)
      return row
    }
    const day = { start: { date: '2031-01-02' }, end: { date: '2031-01-03' } }
    const dentist = find(google.rows, 'Dentist')
    await post(`${page}google/change`, { ...dentist, title: 'Dentist, at last' })
    await post(`${page}icloud/remove`, { id: find(icloud.rows, 'Zoo').id })
    await post(`${page}icloud/add`, { ...find(icloud.rows, 'Picnic'), title: 'Picnic, once more' })
    await post(`${page}google/add`, { title: 'Far away', ...day })
    await demo.report(() => post(`${page}sync`, {}))
    const after = await stateOf(page)
    assert.ok(titles(after.icloud.rows).includes('Dentist, at last'))
    assert.ok(!titles(after.google.rows).includes('Zoo'))
    assert.ok(!titles(after.icloud.rows).includes('Far away'))
    assert.ok(titles(after.google.rows).includes('Picnic, once more'))
  })

  it('ends cleanly at Ctrl-C, and goes on from there', async () => {
    const before = await stateOf(await demo.page())
    assert.equal(await demo.interrupt(), 0)
    demo = new Demo(folder)
    await demo.printed(/as they were left/)
    assert.equal(await demo.printed(/^Synced/), 'Synced: nothing to do.')
    const after = await stateOf(await demo.page())
    for (const side of ['google', 'icloud'] as const) assert.deepEqual(byId(after[side].rows), byId(before[side].rows))
  })
})
