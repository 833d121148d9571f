/** Mocha's `spec`, and at the very end one line with the figures, in a form that CI can read. */
const { reporters, Runner } = require('mocha')

class SpecWithFigures extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      reporters.Base.consoleLog(`${passes} passed, ${failures} failed, ${pending} skipped`)
    })
  }
}

module.exports = SpecWithFigures
