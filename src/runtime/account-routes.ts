import type { CalendarInfo, CalendarProvider } from '../event/calendar'
import { Account } from './account'
import { accountOfDialog, withoutSecrets } from './dialog'
import { asCalSyncError, CalSyncError } from './errors'
import type { NodeAPI } from './node-red'
import { PROVIDERS } from './providers'
import type { Asked, Route } from './routes'
import type { Surroundings } from './surroundings'

/** Somebody sits before the dialog: an answer within half a minute, right or wrong, is worth more than a later one. */
const PATIENCE = { tries: 2, timeout: 12_000, retryFor: 10_000 }

/**
 * Does something with the account that a dialog shows. Rejects with what is wrong, without the account's secrets.
 *
 * @param type as in `accountType`
 * @param body see `accountOfDialog`
 */
export async function withDialogAccount<T>(
  RED: NodeAPI,
  around: Surroundings,
  type: string,
  body: Asked['body'],
  job: (provider: CalendarProvider, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const settings = accountOfDialog(RED, type, body)
  try {
    const provider = await new Account(type, settings, around, PATIENCE).provider()
    return await job(provider, new AbortController().signal)
  } catch (thrown) {
    const { code, message, status } = asCalSyncError(thrown)
    throw new CalSyncError(code.replace(/^calsync\./, ''), withoutSecrets(message, type, settings), status)
  }
}

/**
 * The permissions for what an account's dialog does: that of the account, and that to deploy, without which a dialog is
 * of no use, since `${NAME}` reads the environment.
 */
export const permissionFor = (type: string): readonly string[] => [
  `${PROVIDERS[type]?.nodeType ?? ''}.write`,
  'flows.write',
]

/** `POST /calsync/<accountType>/calendars`: the calendars of the account that a dialog shows, `{calendars}`. */
export function accountRoutes(RED: NodeAPI, around: Surroundings): Route[] {
  return Object.keys(PROVIDERS).map((type) => ({
    method: 'post',
    path: `/calsync/${type}/calendars`,
    permission: permissionFor(type),
    answer: async ({ body }) => {
      const list = (provider: CalendarProvider, signal: AbortSignal): Promise<CalendarInfo[]> =>
        provider.listCalendars(signal)
      return { is: 'json', value: { calendars: await withDialogAccount(RED, around, type, body, list) } }
    },
  }))
}
