import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { shortScenario } from './carried'
import { newStage } from './stage'

const run = promisify(execFile)

describe('Two calendars in Node-RED 4.1', function () {
  this.timeout(120_000)
  let folder: string

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'calsync-node-red-4-'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-4', private: true }))
    const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline', 'node-red@~4.1.0']
    try {
      await run('npm', npm, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
    } catch (error) {
      console.log(`    Node-RED 4.1 can't be installed, so it is not tested: ${String(error).split('\n')[0]}`)
      this.skip()
    }
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('come in step, stay so, and go on after a restart', async () => {
    const stage = await newStage(join(folder, 'node_modules', 'node-red', 'red.js'))
    try {
      await shortScenario(stage)
      await stage.site.stop()
      assert.ok(stage.site.log.some((line) => /Node-RED version: v4\.1\./.test(line)))
    } finally {
      await stage.close()
    }
  })
})
