import assert from 'node:assert/strict'
import { readFile, readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { answer, clash } from './dialogue'
import type { Status } from './dialogue'
import { at, inGoogle, inStep } from './events'
import { Flow } from './flow'
import type { Got } from './flow'
import { changeAll, paths } from './on-disk'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }

/** The kinds of files: what is seen in a calendar and where its next read goes on, what a pair agreed on, how its runs went, what was lost. */
const FILES = [
  'replica.jsonl',
  'position.json',
  'agreement.jsonl',
  'progress.json',
  'history.log.jsonl',
  'lost.log.jsonl',
] as const

describe('state on disk', () => {
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { location: 'Kitchen' })
    await flow.sync()
    await flow.sync()
    await flow.undeploy()
  })
  afterEach(() => flow.stop())

  for (const file of FILES) {
    it(`of a newer version (${file}) is refused with what to do, and left untouched; nothing is written anywhere`, async () => {
      await changeAll(flow, file, (bytes) => bytes.toString().replace('"version":1', '"version":2'))
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
      flow.takeWrites()
      await flow.restart()
      const before = await Promise.all((await paths(flow, file)).map((path) => readFile(path, 'utf8')))
      const caught = flow.next('caught')
      const report = await flow.sync()
      assert.ok(report.errors.length > 0)
      for (const { code, message } of report.errors) {
        assert.equal(code, 'calsync.store-newer-version')
        assert.match(message, /newer version of CalSync\. It was left untouched\. Update node-red-contrib-calsync/)
      }
      assert.equal(((await caught) as Got & { error: { code: string } }).error.code, 'calsync.store-newer-version')
      assert.deepEqual([report.planned, flow.takeWrites()], [IDLE, []])
      assert.deepEqual(await Promise.all((await paths(flow, file)).map((path) => readFile(path, 'utf8'))), before)
    })

    const damages: [string, (bytes: Buffer) => Buffer | string][] = [
      ['holds zeros', (bytes) => Buffer.alloc(bytes.length)],
      ['holds something else', () => '<html>not ours</html>\n'],
      ['is cut in the middle of its first line', (bytes) => bytes.subarray(0, 20)],
      ['has a broken byte in the middle', (bytes) => brokenIn(bytes)],
    ]
    for (const [what, damage] of damages) {
      it(`that ${what} (${file}) is rebuilt without a deletion, a double or an overwriting`, async () => {
        await changeAll(flow, file, damage)
        inGoogle(flow, 'Cake', at(6))
        await flow.restart()
        for (let run = 0; run < 3; run += 1) {
          const { applied, errors } = await flow.sync()
          assert.deepEqual([applied.left.delete, applied.right.delete, errors], [0, 0, []])
        }
        const titles = ['Cake', 'Coffee', 'Tea']
        assert.deepEqual(flow.titles(), { google: titles, icloud: titles })
        assert.equal(flow.inGoogle('Tea').location, 'Kitchen')
        const { planned, paired, conflicts } = await flow.sync()
        assert.deepEqual([planned, paired, conflicts], [IDLE, 3, 0])
        assert.equal((await answer<Status>(flow, 'status')).paired, 3)
      })
    }
  }

  it('that was damaged lies beside it, whole, under a name that says so', async () => {
    await changeAll(flow, 'agreement.jsonl', () => 'nonsense\n')
    await flow.restart()
    await flow.sync()
    const [path = ''] = await paths(flow, 'agreement.jsonl')
    const aside = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.damaged-`))
    assert.equal(aside.length, 1)
    assert.equal(await readFile(join(dirname(path), aside[0] ?? ''), 'utf8'), 'nonsense\n')
  })

  it('that was lost while an event was deleted on one side makes nothing be deleted on the other', async () => {
    for (const file of FILES) await changeAll(flow, file, () => 'nonsense\n')
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    await flow.restart()
    const { applied } = await flow.sync()
    assert.deepEqual([applied.left.delete, applied.right.delete], [0, 0])
    assert.deepEqual(flow.titles().icloud, ['Coffee', 'Tea'])
  })

  it('that was moved away while both sides were edited overwrites neither', async () => {
    await rename(join(flow.userDir, 'calsync'), join(flow.userDir, 'elsewhere'))
    clash(flow)
    await flow.restart()
    const { conflicts, applied } = await flow.sync()
    assert.deepEqual([conflicts, applied.left.update + applied.right.update], [1, 0])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Black Tea', 'Coffee'] })
  })

  it('of pairs that no node names any more may be deleted, and so may all of it', async () => {
    await rename(join(flow.userDir, 'calsync', 'pairs'), join(flow.userDir, 'gone'))
    await flow.restart()
    const { applied, conflicts, paired } = await flow.sync()
    assert.deepEqual([applied, conflicts, paired], [IDLE, 0, 2])
  })
})

/** A file with a byte in the middle that is no UTF-8 and stands in no string's right place. */
function brokenIn(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[Math.floor(copy.length / 2)] = 0xff
  return copy
}
