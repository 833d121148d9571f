import { sameOn } from './paths'

/** Where hosts of an account have sent us on to. iCloud moves accounts between its hosts while they are in use. */
export class MovedHosts {
  /** By origin. */
  private readonly moved = new Map<string, string>()

  /** Notes that what was asked for at `from` was found at `to`, under the same path. */
  note(from: URL, to: URL): void {
    if (from.origin === to.origin || from.pathname !== to.pathname) return
    this.moved.delete(to.origin) // whoever answers now is not somewhere else
    this.moved.set(from.origin, to.origin)
  }

  /** Forgets all ways that lead to a host that does not answer any more. */
  forget(gone: URL): void {
    for (const [from, to] of this.moved) if (to === gone.origin) this.moved.delete(from)
  }

  /** Where to ask for it now. */
  now(url: URL): URL {
    let { origin } = url
    for (let hop = 0; hop < this.moved.size; hop++) origin = this.moved.get(origin) ?? origin
    return origin === url.origin ? url : sameOn(new URL(origin), url)
  }
}
