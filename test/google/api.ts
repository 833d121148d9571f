import type { GoogleSimulator } from '../simulators/google/simulator'
import { LOGIN } from '../simulators/google/simulator'
import type { GoogleEvent } from '../simulators/google/resource'

/** 2026-01-05 08:00 UTC, a Monday: where the clock of these tests stands. */
export const NOW = Date.parse('2026-01-05T08:00:00Z')

export type ApiAnswer = {
  status: number
  reason?: string
  message?: string
  body: GoogleEvent & { items?: GoogleEvent[]; nextPageToken?: string; nextSyncToken?: string }
}
export type Api = (method: string, path: string, body?: unknown, ifMatch?: string) => Promise<ApiAnswer>

/** A bare client of the API, with an access token of its own; `path` is below the primary calendar. */
export async function bareClient(simulator: GoogleSimulator): Promise<Api> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: LOGIN.clientId,
    client_secret: LOGIN.clientSecret,
    refresh_token: LOGIN.refreshToken,
  })
  const granted = await simulator.fetch('http://google/token', { method: 'POST', body: form })
  const { access_token: token } = (await granted.json()) as { access_token: string }
  return async (method, path, body, ifMatch) => {
    const headers = { authorization: `Bearer ${token}`, ...(ifMatch !== undefined && { 'if-match': ifMatch }) }
    const url = `http://google/calendar/v3/calendars/primary${path}`
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await simulator.fetch(url, { method, headers, ...sent })
    const text = await response.text()
    const json = (text === '' ? {} : JSON.parse(text)) as ApiAnswer['body'] & {
      error?: { errors: { reason: string; message: string }[] }
    }
    const error = json.error?.errors[0]
    return { status: response.status, reason: error?.reason, message: error?.message, body: json }
  }
}
