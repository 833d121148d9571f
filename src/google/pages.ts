import { ProviderError } from '../event/calendar'

/** Google's tokens have some hundred characters; what is longer fits into no address. */
const LONGEST_TOKEN = 4096
/** Pages may be empty. */
const MOST_PAGES = 1000

/** A sync token, or undefined for what can't be one: then all is read again. */
export const syncTokenFrom = (value: unknown): string | undefined => (isToken(value) ? value : undefined)

/**
 * Where a list goes on; undefined at its end.
 *
 * @throws ProviderError for what can't be a token: a list that is cut short there would lack the rest
 */
export function pageTokenFrom(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (isToken(value)) return value
  throw new ProviderError('bad-answer', 'Google does not say where its list goes on. It is read again in the next run.')
}

const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_TOKEN

/**
 * All pages of a list, one after the other.
 *
 * @param ask for the page with this token, the first without
 * @throws ProviderError for a list that comes back to where it was, or does not end
 */
export async function* pagesOf<Page extends { readonly nextPageToken?: string | null }>(
  ask: (pageToken: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let next: string | undefined
  for (;;) {
    const page = await ask(next)
    yield page
    next = page.nextPageToken ?? undefined
    if (next === undefined) return
    if (seen.has(next)) throw endless('leads to the same page again')
    seen.add(next)
    if (seen.size >= MOST_PAGES) throw endless(`has more than ${MOST_PAGES} pages`)
  }
}

const endless = (how: string): ProviderError =>
  new ProviderError('bad-answer', `Google's list ${how}. It is read again in the next run.`)

/** Of one calendar; beyond that, neither it nor what is remembered of it fits into the memory of a small machine. */
const MOST_EVENTS = 100_000
const MOST_TEXT = 64 * 1_048_576

/** @throws ProviderError for more events, or characters of them, than can be read of a calendar */
export function checkExtent(events: number, characters: number): void {
  if (events <= MOST_EVENTS && characters <= MOST_TEXT) return
  throw new ProviderError(
    'bad-answer',
    `Google lists more than can be read of one calendar: ${MOST_EVENTS} events, or 64 MB of text. Move old events to another calendar.`,
  )
}
