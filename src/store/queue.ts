/** Runs jobs one after another, in the order in which they came. */
export class Queue {
  private last: Promise<unknown> = Promise.resolve()

  /** Runs `job` when all earlier ones have ended, well or badly. Resolves or rejects as the job does. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const done = this.last.then(job)
    // Only the order: whoever asked for a job hears of its failure through `done`.
    this.last = done.catch(() => undefined)
    return done
  }

  /** Resolves when all jobs so far have ended. */
  async idle(): Promise<void> {
    await this.last
  }
}
