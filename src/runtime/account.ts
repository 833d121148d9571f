import { AsyncLocalStorage } from 'node:async_hooks'
import type { CalendarProvider } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { createTransport } from '../transport/transport'
import type { Counter } from '../transport/transport'
import { CalSyncError } from './errors'
import { Guard } from './guard'
import { bareUrl } from './log'
import { PROVIDERS } from './providers'
import type { AccountSettings } from './providers'
import type { Surroundings } from './surroundings'

const counting = new AsyncLocalStorage<Counter>()

/** Counts the requests and retries that a job makes, with whichever account; logins apart. Also if it fails. */
export function counted<T>(job: () => Promise<T>, counter: Counter): Promise<T> {
  return counting.run(counter, job)
}

/** One account: its provider, made when first used, and the transport that all its requests share. */
export class Account {
  private connecting: Promise<CalendarProvider> | undefined

  constructor(
    private readonly type: string,
    private readonly settings: AccountSettings,
    private readonly around: Surroundings,
  ) {}

  /** Rejects with what is missing in the account's settings; another call tries again. */
  provider(): Promise<CalendarProvider> {
    this.connecting ??= this.connect().catch((error: unknown) => {
      this.connecting = undefined
      throw error
    })
    return this.connecting
  }

  private async connect(): Promise<CalendarProvider> {
    const registered = PROVIDERS[this.type]
    if (!registered) throw new CalSyncError('config', `There is no account type "${this.type}".`)
    const { fetch: send, now, sleep, random, version, localZone, log } = this.around
    const { perMinute, isRateLimit } = registered
    const options = { version, ...(perMinute ? { perMinute } : {}), ...(isRateLimit ? { isRateLimit } : {}) }
    const transport = createTransport({ fetch: send, now, sleep, random, options })
    const fetch: Fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : input.toString()
      const counter = registered.isLogin(url, this.settings) ? undefined : counting.getStore()
      const begun = now()
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
      const tell = (status?: number): void => {
        const duration = now() - begun
        const what = status === undefined ? `no answer after ${duration} ms` : `${status} in ${duration} ms`
        const message = `${method} ${bareUrl(url)}: ${what}`
        log?.('debug', { message, method, url: bareUrl(url), ...(status === undefined ? {} : { status }), duration })
      }
      try {
        const response = await (counter ? transport.counted(counter) : transport.fetch)(input, init)
        tell(response.status)
        return response
      } catch (error) {
        tell()
        throw error
      }
    }
    return new Guard(now).provider(await registered.connect(this.settings, { fetch, now, localZone }))
  }
}
