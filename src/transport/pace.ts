/**
 * How fast requests may follow each other: a token bucket. It holds a tenth of the minute's requests for bursts and
 * refills at nine tenths a minute, so that no minute, wherever it begins, sees more than `perMinute`. Besides, a time
 * before which nothing goes out at all.
 */
export class Pace {
  private readonly burst: number
  private readonly refill: number // tokens a millisecond
  private tokens: number
  private at: number
  private holding = { from: -Infinity, until: -Infinity }

  constructor(
    private readonly now: () => number,
    perMinute: number,
  ) {
    this.burst = Math.max(1, Math.floor(perMinute / 10))
    this.refill = Math.max(perMinute - this.burst, perMinute / 2) / 60_000
    this.tokens = this.burst
    this.at = now()
  }

  /** Keeps all requests back for so many milliseconds from now. */
  hold(ms: number): void {
    const now = this.now()
    if (this.held() < ms) this.holding = { from: now, until: now + ms }
  }

  /** Milliseconds for which requests are still held back. */
  held(): number {
    const now = this.now()
    // A clock that was set back must not make an hour of a minute.
    if (now < this.holding.from) return 0
    return Math.max(0, this.holding.until - now)
  }

  /** Takes a place for one request: how many milliseconds it has to wait before it may go out. */
  reserve(): number {
    const now = this.now()
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, now - this.at) * this.refill)
    this.at = now
    this.tokens -= 1
    return this.tokens >= 0 ? 0 : -this.tokens / this.refill
  }
}
