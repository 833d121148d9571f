import { AsyncLocalStorage } from 'node:async_hooks'
import type { CalendarProvider } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { createTransport } from '../transport/transport'
import type { Counter, TransportOptions } from '../transport/transport'
import { discreet } from './discreet'
import { Guard } from './guard'
import { bareUrl } from './log'
import { LoginHealth } from './login-health'
import { registeredFor } from './providers'
import { Secrets } from './secrets'
import type { AccountSettings } from './settings'
import type { Surroundings } from './surroundings'

const counting = new AsyncLocalStorage<Counter>()

/** Counts the requests and retries that a job makes, with whichever account; logins apart. Also if it fails. */
export function counted<T>(job: () => Promise<T>, counter: Counter): Promise<T> {
  return counting.run(counter, job)
}

/** How often and how long is tried, where somebody waits for the answer; default: the transport's. */
export type Patience = Pick<TransportOptions, 'tries' | 'timeout' | 'total' | 'retryFor'>

/** One account: its provider, made when first used, and the transport that all its requests share. */
export class Account {
  readonly login = new LoginHealth()
  private readonly secrets: Secrets
  private connecting: Promise<CalendarProvider> | undefined

  constructor(
    private readonly type: string,
    private readonly settings: AccountSettings,
    private readonly around: Surroundings,
    private readonly patience: Patience = {},
  ) {
    this.secrets = new Secrets(type, settings)
  }

  /** Rejects with what is missing in the account's settings; another call tries again. */
  provider(): Promise<CalendarProvider> {
    this.connecting ??= this.secrets
      .keptBy(() => this.connect())
      .catch((error: unknown) => {
        this.connecting = undefined
        this.login.failed(error)
        throw error
      })
    return this.connecting
  }

  private async connect(): Promise<CalendarProvider> {
    const { now, sleep, localZone, random } = this.around
    const fetch = accountFetch(this.type, this.settings, this.around, this.secrets, this.patience)
    const world = { fetch, now, sleep, localZone, random }
    const provider = await registeredFor(this.type).connect(this.settings, world)
    return new Guard(now, this.login).provider(discreet(provider, this.secrets))
  }
}

/** `fetch` for the requests of one account: paced, tried again, counted and logged, without its secrets in what fails. */
export function accountFetch(
  type: string,
  settings: AccountSettings,
  around: Surroundings,
  secrets: Secrets,
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
    const form = init?.body instanceof URLSearchParams ? init.body : undefined
    secrets.sends(new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined)), form)
    const tell = (status?: number): void => {
      if (!log) return
      const duration = now() - begun
      const shown = secrets.over(bareUrl(url)) // a server may have made an address of one
      const what = status === undefined ? `no answer after ${duration} ms` : `${status} in ${duration} ms`
      const message = `${method} ${shown}: ${what}`
      log('debug', { message, method, url: shown, ...(status === undefined ? {} : { status }), duration })
    }
    try {
      const response = await (counter ? transport.counted(counter) : transport.fetch)(input, init)
      tell(response.status)
      return response.ok ? response : await withoutSecrets(response, secrets)
    } catch (error) {
      tell()
      throw error
    }
  }
}

/** What did not succeed may be quoted in an error, and cut for it: no piece of a secret may be left then. */
async function withoutSecrets(response: Response, secrets: Secrets): Promise<Response> {
  if (response.body === null) return response
  const { status, statusText, headers } = response
  return new Response(secrets.overWhole(await response.text()), { status, statusText, headers })
}
