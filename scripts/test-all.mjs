/**
 * All tests, in two processes side by side: those that compute, and those that mostly wait for a real Node-RED, a browser or a
 * server. The first one's output is shown as it comes, the other's when it has ended, then one line with the figures of
 * both, in a form that CI can read.
 */
import { spawn } from 'node:child_process'

const WAITING = ['demo', 'e2e', 'editor', 'package', 'contract'].map((room) => `test/${room}/**/*.test.ts`)
const SERVERS = ['test/caldav/*-real.test.ts', 'test/caldav/cyrus.test.ts', 'test/caldav/check.test.ts']
const waiting = [...WAITING, ...SERVERS]
const MOCHA = ['node_modules/mocha/bin/mocha.js', '--config', '.mocharc.all.json']

/** @returns {Promise<{ code: number, output: string }>} */
function mocha(args, isShown) {
  const child = spawn(process.execPath, [...MOCHA, '--reporter', 'scripts/mocha-reporter.cjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      if (isShown) process.stdout.write(text)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

const FIGURES = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m
const figures = ({ output }) => FIGURES.exec(output)?.slice(1).map(Number)

const computing = mocha(['test/**/*.test.ts', ...waiting.flatMap((glob) => ['--ignore', glob])], false)
const ends = [await mocha(waiting, true), await computing]
process.stdout.write(ends[1].output)
const counts = ends.map(figures)
if (counts.some((each) => each === undefined)) console.log('Some of the tests did not come to their end.')
const [passed, failed, skipped] = [0, 1, 2].map((at) => counts.reduce((sum, each) => sum + (each?.[at] ?? 0), 0))
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
const isGood = ends.every(({ code }) => code === 0) && counts.every((each) => each !== undefined)
process.exitCode = isGood ? 0 : 1
