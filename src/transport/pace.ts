/**
 * How fast requests may follow each other: a token bucket. It holds a tenth of the minute's requests for bursts and
 * refills at nine tenths a minute, so that no minute, wherever it begins, sees more than `perMinute`. Besides, a time
 * before which nothing goes out at all. Where there is no such limit (`Infinity`), there is one for a while once the
 * server has asked for less.
 */
export class Pace {
  private bucket: Bucket | undefined
  private readonly hasQuota: boolean
  private slowed = { perMinute: Infinity, at: -Infinity }
  private holding = { from: -Infinity, until: -Infinity }

  constructor(
    private readonly now: () => number,
    perMinute: number,
  ) {
    this.hasQuota = Number.isFinite(perMinute)
    this.bucket = this.hasQuota ? new Bucket(now(), perMinute) : undefined
  }

  /** The server asks for fewer requests. One with a quota knows how many it wants. */
  slow(): void {
    if (this.hasQuota) return
    const before = this.isSlowed ? this.slowed : { perMinute: 2 * SLOWED, at: -Infinity }
    if (this.now() - before.at < AT_ONCE) return // one word to several requests
    this.slowed = { perMinute: Math.max(SLOWEST, before.perMinute / 2), at: this.now() }
    this.bucket = new Bucket(this.now(), this.slowed.perMinute)
  }

  private get isSlowed(): boolean {
    return Math.abs(this.now() - this.slowed.at) < SLOW_FOR
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
    if (!this.hasQuota && !this.isSlowed) this.bucket = undefined
    return this.bucket?.reserve(this.now()) ?? 0
  }
}

/** Requests a minute once a server without a known quota has asked for fewer, and at least. */
const SLOWED = 240
const SLOWEST = 15
const SLOW_FOR = 10 * 60_000
const AT_ONCE = 5000

class Bucket {
  private readonly burst: number
  private readonly refill: number // tokens a millisecond
  private tokens: number

  constructor(
    private at: number,
    perMinute: number,
  ) {
    this.burst = Math.max(1, Math.floor(perMinute / 10))
    this.refill = Math.max(perMinute - this.burst, perMinute / 2) / 60_000
    this.tokens = this.burst
  }

  reserve(now: number): number {
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, now - this.at) * this.refill)
    this.at = now
    this.tokens -= 1
    return this.tokens >= 0 ? 0 : -this.tokens / this.refill
  }
}
