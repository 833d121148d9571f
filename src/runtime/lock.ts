/** Lets one job in at a time, in the order in which they came. */
export class Lock {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.last.then(job)
    // Whoever asked for the job hears of its failure; the next one only has to wait.
    this.last = result.catch(() => undefined)
    return result
  }
}
