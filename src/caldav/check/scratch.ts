import type { ResourceId } from '../../event/calendar'
import { ProviderError } from '../../event/calendar'
import type { Collection } from '../collection'
import type { Answered } from '../connection'
import type { Dav } from '../dav'
import { fetchListing } from '../changes'
import { aborted } from '../errors'
import { urlOf } from '../paths'

/** All that a check makes is named so, that a later one finds what a killed process left. */
const PREFIX = 'calsync-check-'

/** What is sent is waited for, whoever gives up meanwhile: only then is it known what is to be removed. */
const PATIENT = new AbortController().signal

type Headers = Readonly<Record<string, string>>

/** A calendar in which a check makes events of its own, all of which it removes in the end. */
export class ScratchCalendar {
  private readonly made = new Set<ResourceId>()

  /** @param run part of all names, another one in each check */
  constructor(
    private readonly dav: Dav,
    readonly collection: Collection,
    private readonly run: string,
    private readonly signal: AbortSignal,
  ) {}

  uidOf(name: string): string {
    return `${PREFIX}${this.run}-${name}`
  }

  private idOf(name: string): ResourceId {
    return `${this.collection.info.id}${this.uidOf(name)}.ics`
  }

  async put(name: string, text: string, precondition: Headers): Promise<Answered> {
    this.made.add(this.idOf(name)) // before it is sent: the answer may be lost
    return this.send('PUT', name, { 'content-type': 'text/calendar; charset=utf-8', ...precondition }, text)
  }

  get(name: string): Promise<Answered> {
    return this.send('GET', name, { accept: 'text/calendar', 'accept-encoding': 'identity' })
  }

  delete(name: string, precondition: Headers): Promise<Answered> {
    return this.send('DELETE', name, precondition)
  }

  private send(method: string, name: string, headers: Headers, body?: string): Promise<Answered> {
    if (this.signal.aborted) throw aborted(this.signal.reason)
    const url = urlOf(this.idOf(name), this.collection.url)
    return this.dav.connection.send({ method, url, headers, ...(body !== undefined && { body }) }, PATIENT)
  }

  /** Takes over what an earlier check left: `cleanUp` removes it, too. */
  async adoptLeftovers(): Promise<void> {
    const { etags } = await fetchListing(this.dav, this.collection.url, this.signal)
    const own = this.collection.info.id + PREFIX
    for (const id of etags.keys()) if (id.startsWith(own)) this.made.add(id)
  }

  /**
   * Removes all that was made, also after the check was given up.
   *
   * @param dav whose requests nobody limits
   * @returns how many events were removed, and the names of those that were not
   */
  async cleanUp(dav: Dav): Promise<{ removed: number; left: string[] }> {
    const left: string[] = []
    let removed = 0
    for (const id of this.made) {
      const became = await remove(dav, urlOf(id, this.collection.url))
      if (became === 'removed') removed += 1
      if (became === 'left') left.push(id.slice(this.collection.info.id.length))
    }
    return { removed, left }
  }
}

/** Deletes one event, if it is there, whatever version it has. */
async function remove(dav: Dav, url: URL): Promise<'removed' | 'was not there' | 'left'> {
  const look = (): Promise<Answered> => dav.connection.send({ method: 'GET', url }, PATIENT)
  const isGone = ({ status }: Answered): boolean => status === 404 || status === 410
  try {
    const found = await look()
    if (isGone(found)) return 'was not there'
    const etag = found.headers.get('etag')
    const headers: Headers = etag === null ? {} : { 'if-match': etag }
    await dav.connection.send({ method: 'DELETE', url, headers }, PATIENT)
    return isGone(await look()) ? 'removed' : 'left'
  } catch (error) {
    if (error instanceof ProviderError) return 'left'
    throw error
  }
}
