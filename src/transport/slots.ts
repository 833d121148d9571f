/** Bounds how many requests are under way at a time. First come, first served. */
export class Slots {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(size: number) {
    this.free = size
  }

  /** Resolves when there is a slot, which then is the caller's until `release`. Rejects when the signal is aborted. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.free > 0) {
      this.free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1)
        reject(signal.reason as Error)
      }
      this.waiting.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  release(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.free += 1
    else next()
  }
}
