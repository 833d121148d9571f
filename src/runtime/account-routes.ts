import type { CalendarProvider } from '../event/calendar'
import { Account } from './account'
import type { Patience } from './account'
import { accountOfDialog } from './dialog'
import { CalSyncError } from './errors'
import type { NodeAPI } from './node-red'
import { PROVIDERS, registeredFor } from './providers'
import type { Asked, Route } from './routes'
import type { Surroundings } from './surroundings'

/** Somebody sits before the dialog: an answer within half a minute, right or wrong, is worth more than a later one. */
export const PATIENCE: Patience = { tries: 2, timeout: 12_000, total: 25_000, retryFor: 10_000 }
/** No dialog waits longer, however many requests its answer takes. In milliseconds. */
const LONGEST = 60_000

/**
 * Does something with the account that a dialog shows. Rejects with what is wrong.
 *
 * @param type as in `accountType`
 * @param asked its body: see `accountOfDialog`
 */
export async function withDialogAccount<T>(
  RED: NodeAPI,
  around: Surroundings,
  type: string,
  { body, signal }: Pick<Asked, 'body' | 'signal'>,
  job: (provider: CalendarProvider, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const settings = accountOfDialog(RED, type, body)
  const provider = await new Account(type, settings, around, PATIENCE).provider()
  return soon(around, signal, (until) => job(provider, until))
}

/** Does something for a dialog, until that is gone or has waited for too long. */
export async function soon<T>(
  { sleep }: Pick<Surroundings, 'sleep'>,
  signal: AbortSignal,
  job: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  sleep(LONGEST, done.signal).then(
    () => late.abort(),
    () => undefined, // it was done before
  )
  try {
    return await job(AbortSignal.any([signal, late.signal]))
  } catch (error) {
    if (!late.signal.aborted) throw error
    const text = `The server has not answered to the end within ${LONGEST / 1000} s. Look whether it is well, and try again.`
    throw new CalSyncError('unreachable', text)
  } finally {
    done.abort('done')
  }
}

/**
 * The permissions for what an account's dialog does: that of the account, and that to deploy, without which a dialog is
 * of no use, since `${NAME}` reads the environment.
 */
export const permissionFor = (type: string): readonly string[] => [
  `${registeredFor(type).nodeType}.write`,
  'flows.write',
]

/**
 * What a dialog asks about the account that it shows:
 *
 * - `POST /calsync/<accountType>/calendars` -> `{calendars}`
 * - `POST /calsync/<accountType>/test` -> `{text, calendars}`, who is signed in where; or an error that says what to do
 */
export function accountRoutes(RED: NodeAPI, around: Surroundings): Route[] {
  return Object.keys(PROVIDERS).flatMap((type) => {
    const post = (name: string, job: (provider: CalendarProvider, signal: AbortSignal) => Promise<object>): Route => ({
      method: 'post',
      path: `/calsync/${type}/${name}`,
      permission: permissionFor(type),
      answer: async (asked) => ({ is: 'json', value: await withDialogAccount(RED, around, type, asked, job) }),
    })
    return [
      post('calendars', async (provider, signal) => ({ calendars: await provider.listCalendars(signal) })),
      post('test', async (provider, signal) => {
        const text = await provider.check(signal)
        return { text, calendars: await provider.listCalendars(signal) }
      }),
    ]
  })
}
