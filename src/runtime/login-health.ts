import { asCalSyncError } from './errors'

/** Shows whether a login works: with what is wrong with it, or undefined once it works again. */
export type ShowLogin = (trouble: Error | undefined) => void

/** Has a login shown until the signal. */
export type WatchLogin = (show: ShowLogin, signal: AbortSignal) => void

/** Whether an account's login works, as its requests show, for all nodes that depend on it. */
export class LoginHealth {
  private trouble: Error | undefined
  private readonly watchers = new Set<ShowLogin>()

  /** Tells of each change, and at once if the login is dead already. */
  readonly watch: WatchLogin = (show, signal) => {
    this.watchers.add(show)
    signal.addEventListener('abort', () => this.watchers.delete(show), { once: true })
    if (this.trouble) show(this.trouble)
  }

  works(): void {
    if (!this.trouble) return
    this.trouble = undefined
    this.tell()
  }

  /** Hears of any error; those that only the account's owner can repair are told. */
  failed(error: unknown): void {
    if (this.trouble || asCalSyncError(error).code !== 'calsync.reauthorise') return
    this.trouble = error as Error
    this.tell()
  }

  private tell(): void {
    for (const show of this.watchers) show(this.trouble)
  }
}
