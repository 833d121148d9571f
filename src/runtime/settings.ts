import { holdsLogin, webAddressIn } from '../transport/address'
import { CalSyncError } from './errors'

/** An account node's properties and credentials, as Node-RED resolved them; `${NAME}` means that NAME is not set. */
export type AccountSettings = Readonly<Record<string, string | undefined>>

/** A value that must be there. `advice`: how it comes there. */
export function required(settings: AccountSettings, name: string, words: string, advice = ''): string {
  const value = entered(settings, name, words)
  if (value !== undefined) return value
  throw new CalSyncError('reauthorise', `${accountIn(settings)}: ${words} is missing.${advice}`, 're-authorise')
}

/** A value that was entered; undefined if there is none. Throws if it stands in the environment and is not there. */
export function entered(settings: AccountSettings, name: string, words: string): string | undefined {
  const value = given(settings[name])
  const raw = settings[name]?.trim()
  if (value !== undefined || !raw) return value
  const message = `${accountIn(settings)}: ${words} is ${raw}, which is not set in the environment.`
  throw new CalSyncError('reauthorise', message, 're-authorise')
}

const accountIn = ({ name }: AccountSettings): string => (name ? `The account "${name}"` : 'The account')

/** A value that was entered; undefined if there is none. Node-RED leaves the text `${NAME}` where the environment has no NAME. */
export function given(value: string | undefined): string | undefined {
  const text = value?.trim()
  return text === undefined || text === '' || /^\$\{.+\}$/.test(text) ? undefined : text
}

/** A web address that was entered, or the usual one, as it is asked. */
export function webAddress(settings: AccountSettings, name: string, words: string, usual: string): string {
  const text = entered(settings, name, `the address of the ${words}`) ?? usual
  const url = webAddressIn(text)
  if (url && !holdsLogin(url)) return url.href
  const wrong = url
    ? `the address of the ${words} holds a user name or password`
    : `"${text}" is no web address of the ${words}`
  throw new CalSyncError('config', `${accountIn(settings)}: ${wrong}. The usual one is ${usual}.`)
}
