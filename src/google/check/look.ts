import type { Veil } from '../../event/veil'
import type { Exchange, Observed } from '../../transport/observed'
import type { CalendarEntry, GoogleApi } from '../api'
import type { Survey } from './survey'

/** What the questions of one examination share; what one found, the next ones use. */
export type Look = {
  readonly api: GoogleApi
  /** All requests of `api` pass through it. */
  readonly requests: Observed
  readonly tokenUrl: string
  readonly now: () => number
  readonly veil: Veil
  entries?: readonly CalendarEntry[]
  /** The calendar that is read whole, and what was seen there and in a few others. */
  sample?: { readonly id: string; readonly token: string | undefined }
  survey?: Survey
}

/** A status with Google's reason for it. */
export type Refusal = { readonly status: number; readonly reason: string }

/** What a request was answered, whatever was made of it. */
export function lastAnswer({ requests }: Look): Refusal {
  const last = requests.exchanges.at(-1)
  return { status: last?.status ?? 0, reason: last ? reasonIn(last.text) : '' }
}

/** Does something that may be refused: what it was answered, since each refusal has an error of its own. */
export async function answerTo(look: Look, job: () => Promise<unknown>): Promise<Refusal> {
  const from = look.requests.exchanges.length
  try {
    await job()
  } catch (error) {
    const { status } = lastAnswer(look)
    // a dead login, a throttle or no answer is none to this question
    if (look.requests.exchanges.length === from || [0, 401, 429].includes(status) || status >= 500) throw error
  }
  return lastAnswer(look)
}

export const refusalLine = ({ status, reason }: Refusal): string => `HTTP ${status}${reason ? `, ${reason}` : ''}.`

function reasonIn(text: string): string {
  return /"reason"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? ''
}

/** Parameters that say how was asked, and nothing of what. */
const OPEN = ['maxResults', 'showDeleted', 'singleEvents']

/** A request as a line: `GET https://www.googleapis.com/calendar/v3/calendars/<...>/events?syncToken: HTTP 200`. */
export function stepLine({ method, url, status, text }: Exchange, veil: Veil): string {
  const query = [...url.searchParams]
    .map(([name, value]) => (OPEN.includes(name) ? `${name}=${value}` : name))
    .join('&')
  const said = status !== null && status >= 400 ? reasonIn(text) : ''
  const answer = status === null ? 'no answer' : `HTTP ${status}${said ? `, ${said}` : ''}`
  return `${method} ${veil.address(url.origin + url.pathname)}${query ? `?${query}` : ''}: ${answer}`
}
