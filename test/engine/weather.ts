import type { Random } from '../sync/random'
import { GOOGLE_REFUSALS, TOKEN_REFUSALS, dav, google, limited, withoutMembers } from './answers'
import type { Asked, Fate } from './network'
import type { Trouble } from './setting'
import type { World } from './world'

const USUAL: Fate = { is: 'usual' }
const SECOND = 1000

/** What goes wrong on the way to the servers, and on them, as long as the weather is bad. */
export class Weather {
  bad = true
  /** Whether news of a deletion may have been lost since this was last set to false. */
  lostNews = false
  /** Whether it may have been lost so that only a complete reading which somebody asks for brings it back. */
  needsFullRead = false
  /** When resources were last written, by id. */
  private readonly written = new Map<string, number>()

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    world.network.fate = (asked) => (this.bad ? this.fate(asked) : USUAL)
    world.network.done = (asked, status) => {
      if (isWrite(asked) && status < 300) this.wrote(asked)
    }
  }

  /** What the servers do between two runs. */
  async pass(): Promise<void> {
    if (this.has('housekeeping', 0.4)) this.housekeeping()
    if (this.has('logins', 0.3)) this.world.google.tokens.expireAll()
    if (this.has('pauses', 0.3)) {
      await this.world.time.pass(7 * 24 * 3600 * SECOND)
      this.forgetTokens()
    }
    if (!this.has('tokens', 0.2)) return
    this.lostNews = true
    // Only after a pause can it be told from one that knows its tokens that a server answers a forgotten one as if it were none.
    const isTold = this.world.icloud.options.forgottenTokens === 'refused'
    if (this.random.chance(0.5)) this.world.google.user.expireSyncTokens()
    else if (isTold) this.forgetTokens()
  }

  private forgetTokens(): void {
    this.lostNews = true
    this.world.icloud.user.forgetTokens(this.world.icloud.calendar)
  }

  /** All that was withheld is given out again. */
  clear(): void {
    this.bad = false
    this.world.icloud.calendar.broken.clear()
  }

  private has(trouble: Trouble, chance: number): boolean {
    return this.bad && this.world.setting.troubles.has(trouble) && this.random.chance(chance)
  }

  private fate(asked: Asked): Fate {
    const isGoogle = asked.url.host.endsWith('googleapis.com')
    if (this.has('network', 0.08)) {
      return { is: this.random.pick(['lost before', 'lost after', 'lost after', 'silence', 'torn', 'slow'] as const) }
    }
    if (isWrite(asked) && this.has('lost writes', 0.2))
      return { is: this.random.pick(['lost before', 'lost after'] as const) }
    if (isWrite(asked) && this.isDisliked(asked) && this.has('refusals', 1)) {
      return { is: 'answered', instead: this.refusalForGood(isGoogle) }
    }
    if (this.has('statuses', 0.08)) return { is: 'answered', instead: this.refusal(asked, isGoogle) }
    const isDelta = asked.url.searchParams.has('syncToken') || /sync-token>[^<]/.test(asked.body)
    if (isDelta && this.has('tokens', 0.1)) {
      this.lostNews = this.needsFullRead = true
      return { is: 'answered', instead: this.random.pick(isGoogle ? GOOGLE_REFUSALS : TOKEN_REFUSALS)() }
    }
    const isListing = isGoogle ? asked.url.pathname.endsWith('/events') : isListed(asked)
    if (isListing && asked.method !== 'POST' && !isDelta && !isLaterPage(asked) && this.has('empty listings', 0.2)) {
      this.lostNews = this.needsFullRead = true
      return { is: 'altered', alter: withoutMembers }
    }
    return this.isTooEarly(asked) && this.has('late reads', 0.4)
      ? { is: 'answered', instead: isGoogle ? google(404, 'notFound') : dav(404) }
      : USUAL
  }

  /** Whether a server dislikes an event: by a word in it, so that it is always the same ones. */
  private isDisliked({ body }: Asked): boolean {
    const tag = /#\w*?(\d)\b/.exec(body)?.[1]
    return tag !== undefined && Number(tag) % 4 === 1
  }

  private refusalForGood(isGoogle: boolean): Response {
    if (isGoogle) {
      const [status, reason, words] = this.random.pick([
        [403, 'forbiddenForNonOrganizer', 'Shared properties can only be changed by the organizer.'],
        [400, 'invalid', 'Invalid recurrence rule.'],
      ] as const)
      return google(status, reason, words)
    }
    return dav(this.random.pick([403, 415]))
  }

  private refusal({ method }: Asked, isGoogle: boolean): Response {
    const { random } = this
    const later = {
      'retry-after': random.pick(['1', '30', new Date(this.world.time.now() + 20 * SECOND).toUTCString()]),
    }
    const headers = random.chance(0.5) ? later : {}
    if (random.chance(0.2) && isGoogle) return limited()
    if (random.chance(0.1)) return isGoogle ? google(403, 'forbidden') : dav(403)
    // A gateway may say so when the request has had its effect; here it has not.
    return new Response('trouble', {
      status: random.pick(method === 'GET' ? [429, 500, 502, 503] : [429, 500, 503, 504]),
      headers,
    })
  }

  private wrote({ method, url }: Asked): void {
    const id = decodeURIComponent(url.pathname)
    this.written.set(id, this.world.time.now())
    const { calendar } = this.world.icloud
    if (method !== 'PUT' || !this.has('late reads', 0.2)) return
    const name = id.slice(calendar.path.length)
    calendar.broken.add(name)
    void this.world.time.sleep((1 + this.random.below(600)) * SECOND).then(() => calendar.broken.delete(name))
  }

  /** A look at what was written a moment ago. */
  private isTooEarly({ method, url }: Asked): boolean {
    const at = this.written.get(decodeURIComponent(url.pathname))
    return method === 'GET' && at !== undefined && this.world.time.now() - at < 5 * SECOND
  }

  private housekeeping(): void {
    const { calendar, user } = this.world.icloud
    const names = [...calendar.members.keys()]
    if (names.length > 0) user.housekeeping(calendar.path + this.random.pick(names))
  }
}

const isWrite = ({ method }: Asked): boolean => ['PUT', 'POST', 'PATCH', 'DELETE'].includes(method)

const isListed = ({ method, url, body }: Asked): boolean =>
  (method === 'REPORT' && body.includes('sync-collection')) ||
  (method === 'PROPFIND' && body.includes('getetag') && url.pathname.endsWith('/'))

/** An empty one would leave half a listing: occurrences whose series is not there, say. */
const isLaterPage = ({ url }: Asked): boolean => url.searchParams.has('pageToken')
