import { append } from '../../event/lists'
import { ProviderError } from '../../event/calendar'
import type { GoogleApi, Inserted } from '../api'
import { isCancelled } from '../seen'
import type { GoogleEvent } from '../times'

/** All that a check makes has an id that begins so (letters that Google takes), for a later one to find. */
const PREFIX = 'calsnccheck'

/** What is sent is waited for, whoever gives up meanwhile: only then is it known what is to be removed. */
const PATIENT = new AbortController().signal

/** A calendar in which a check makes events of its own, all of which it removes in the end. */
export class ScratchCalendar {
  private readonly made = new Set<string>()

  /** @param run part of all ids, another one in each check */
  constructor(
    private readonly api: GoogleApi,
    readonly id: string,
    private readonly run: string,
    private readonly signal: AbortSignal,
  ) {}

  idOf(name: 'one' | 'series'): string {
    return `${PREFIX}${this.run}${name === 'one' ? '1' : '2'}`
  }

  insert(event: GoogleEvent & { id: string }): Promise<Inserted> {
    this.made.add(event.id) // before it is sent: the answer may be lost
    return this.send(() => this.api.insert(this.id, event, PATIENT))
  }

  get(id: string): Promise<GoogleEvent | undefined> {
    return this.send(() => this.api.get(this.id, id, PATIENT))
  }

  patch(id: string, event: GoogleEvent, etag: string): Promise<GoogleEvent> {
    return this.send(() => this.api.patch(this.id, id, event, etag, PATIENT))
  }

  /** Deletes an event or an occurrence, as it is now. */
  async delete(id: string): Promise<void> {
    const event = await this.get(id)
    if (event && !isCancelled(event)) await this.send(() => this.api.delete(this.id, id, event.etag ?? '', PATIENT))
  }

  /** All that is there, or changed since a token. */
  async list(query: { syncToken?: string; iCalUID?: string; showDeleted?: boolean }) {
    const items: GoogleEvent[] = []
    let pageToken: string | undefined
    for (;;) {
      const page = await this.send(() => this.api.list(this.id, { ...query, ...(pageToken && { pageToken }) }, PATIENT))
      append(items, page.items)
      pageToken = page.nextPageToken ?? undefined
      if (pageToken === undefined) return { items, token: page.nextSyncToken ?? undefined }
    }
  }

  private send<T>(request: () => Promise<T>): Promise<T> {
    if (this.signal.aborted) throw new ProviderError('aborted', 'The check was given up.')
    return request()
  }

  /** Takes over what an earlier check left: `cleanUp` removes it, too. */
  async adoptLeftovers(): Promise<void> {
    const { items } = await this.list({})
    for (const { id, recurringEventId } of items) {
      if (id?.startsWith(PREFIX) && typeof recurringEventId !== 'string') this.made.add(id)
    }
  }

  /**
   * Removes all that was made, also after the check was given up.
   *
   * @param api whose requests nobody limits
   * @returns how many events were removed, and the ids of those that were not
   */
  async cleanUp(api: GoogleApi): Promise<{ removed: number; left: string[] }> {
    const left: string[] = []
    let removed = 0
    for (const id of this.made) {
      const became = await remove(api, this.id, id)
      if (became === 'removed') removed += 1
      if (became === 'left') left.push(id)
    }
    return { removed, left }
  }
}

/** Deletes one event, if it is there, whatever version it has. */
async function remove(api: GoogleApi, calendarId: string, id: string): Promise<'removed' | 'was not there' | 'left'> {
  const look = async (): Promise<GoogleEvent | undefined> => {
    const event = await api.get(calendarId, id, PATIENT)
    return event && isCancelled(event) ? undefined : event
  }
  try {
    const event = await look()
    if (!event) return 'was not there'
    await api.delete(calendarId, id, event.etag ?? '', PATIENT)
    return (await look()) ? 'left' : 'removed'
  } catch (error) {
    if (error instanceof ProviderError) return 'left'
    throw error
  }
}
