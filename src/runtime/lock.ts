/** Lets one job in at a time, in the order in which they came. */
export class Lock {
  private last: Promise<unknown> = Promise.resolve()
  private jobs = 0

  /** Whether a job is in, or waits. */
  get isTaken(): boolean {
    return this.jobs > 0
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    this.jobs += 1
    const result = this.last.then(job).finally(() => (this.jobs -= 1))
    // Whoever asked for the job hears of its failure; the next one only has to wait.
    this.last = result.catch(() => undefined)
    return result
  }
}
