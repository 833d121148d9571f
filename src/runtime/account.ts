import { AsyncLocalStorage } from 'node:async_hooks'
import type { CalendarProvider } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { createTransport } from '../transport/transport'
import type { Counter, TransportOptions } from '../transport/transport'
import { Guard } from './guard'
import { bareUrl } from './log'
import { LoginHealth } from './login-health'
import { registeredFor } from './providers'
import type { AccountSettings } from './settings'
import type { Surroundings } from './surroundings'

const counting = new AsyncLocalStorage<Counter>()

/** Counts the requests and retries that a job makes, with whichever account; logins apart. Also if it fails. */
export function counted<T>(job: () => Promise<T>, counter: Counter): Promise<T> {
  return counting.run(counter, job)
}

/** How often and how long is tried, where somebody waits for the answer; default: the transport's. */
export type Patience = Pick<TransportOptions, 'tries' | 'timeout' | 'retryFor'>

/** One account: its provider, made when first used, and the transport that all its requests share. */
export class Account {
  readonly login = new LoginHealth()
  private connecting: Promise<CalendarProvider> | undefined

  constructor(
    private readonly type: string,
    private readonly settings: AccountSettings,
    private readonly around: Surroundings,
    private readonly patience: Patience = {},
  ) {}

  /** Rejects with what is missing in the account's settings; another call tries again. */
  provider(): Promise<CalendarProvider> {
    this.connecting ??= this.connect().catch((error: unknown) => {
      this.connecting = undefined
      this.login.failed(error)
      throw error
    })
    return this.connecting
  }

  private async connect(): Promise<CalendarProvider> {
    const { now, sleep, localZone, random } = this.around
    const fetch = accountFetch(this.type, this.settings, this.around, this.patience)
    const world = { fetch, now, sleep, localZone, random }
    const provider = await registeredFor(this.type).connect(this.settings, world)
    return new Guard(now, this.login).provider(provider)
  }
}

/** `fetch` for the requests of one account: paced, tried again, counted and logged. */
export function accountFetch(
  type: string,
  settings: AccountSettings,
  around: Surroundings,
  patience: Patience = {},
): Fetch {
  const { fetch: send, now, sleep, random, version, log } = around
  const registered = registeredFor(type)
  const { isRateLimit } = registered
  const perMinute = registered.perMinute(settings)
  const options = { version, perMinute, ...patience, ...(isRateLimit ? { isRateLimit } : {}) }
  const transport = createTransport({ fetch: send, now, sleep, random, options })
  return async (input, init) => {
    const url = input instanceof Request ? input.url : input.toString()
    const counter = registered.isLogin(url, settings) ? undefined : counting.getStore()
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
}
