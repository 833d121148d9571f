/**
 * Mocha's `spec`. No test has a time limit that a slow machine could miss, so one that takes long is named while it
 * runs. At the very end comes one line with the figures, in a form that CI can read.
 */
const { reporters, Runner } = require('mocha')

const LONG = 5 * 60_000
const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_END } = Runner.constants

class SpecWithFigures extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const log = reporters.Base.consoleLog
    let timer
    runner.on(EVENT_TEST_BEGIN, (test) => {
      const begun = Date.now()
      clearInterval(timer)
      timer = setInterval(() => {
        log(`    still at it after ${Math.round((Date.now() - begun) / 60_000)} minutes: ${test.fullTitle()}`)
      }, LONG).unref()
    })
    runner.on(EVENT_TEST_END, () => clearInterval(timer))
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      log(`${passes} passed, ${failures} failed, ${pending} skipped`)
    })
  }
}

module.exports = SpecWithFigures
