import type { Fact, Seen } from '../../event/examination'
import { differs, judged, needed, NotTried } from '../../event/examination'
import { many, say } from '../../event/phrase'
import type { Said } from '../../event/phrase'
import type { Listing } from '../changes'
import { fetchListing, listingOf, syncCollection } from '../changes'
import type { Collection } from '../collection'
import type { Described } from '../dav'
import { props } from '../dav'
import { preconditionsIn } from '../errors'
import { idOf } from '../paths'
import { textIn } from '../value'
import type { Look } from './look'
import { hrefForms, multistatusOf, refusalLine } from './look'

/** So many calendars are looked into for one with members. */
const MOST_LISTED = 5
/** So many parts of a list that the server cuts are asked for. */
const MOST_PARTS = 20
/** Enough members to compare. */
const ENOUGH = 3

/** Sync tokens (RFC 6578) of one calendar, the first that has a few members. */
export const TOKENS: readonly Fact<Look>[] = [
  {
    id: 'caldav.sync.ctag',
    says: 'A calendar has a ctag, which is the same text as its sync token.',
    async ask(look, signal) {
      const { url } = (await sampleOf(look, signal)).collection
      const found = multistatusOf(
        await look.dav.propfind(url, props('cs:getctag', 'd:sync-token'), '0', signal),
        say`It`,
      )
      const [first] = found.responses
      const [ctag, token] = [textIn(first?.props.getctag), textIn(first?.props.syncToken)]
      const saw = ctag === '' ? say`No ctag` : ctag === token ? say`The same` : say`A ctag of its own`
      return judged(ctag !== '' && ctag === token, say`${saw}; the token is ${tokenForm(token)}.`)
    },
  },
  {
    id: 'caldav.sync.empty-token-depth-0',
    says: 'sync-collection with an empty token and Depth 0 lists the members that PROPFIND lists.',
    ask: (look, signal) => askForAll(look, '0', signal),
  },
  {
    id: 'caldav.sync.empty-token-depth-1',
    says: 'The same with Depth 1 lists the same members.',
    ask: (look, signal) => askForAll(look, '1', signal),
  },
  {
    id: 'caldav.sync.same-token',
    says: 'The token that was just given out lists no member, and comes with a token again.',
    async ask(look, signal) {
      const { collection } = needed(look.sample, say`There is no calendar.`)
      const token = needed(look.token, say`There is no token.`)
      const found = multistatusOf(await syncCollection(look.dav, collection.url, token, signal), say`It`)
      const { etags, deleted } = listingOf(found.responses, collection.url)
      const again =
        found.token === token ? say`the same token` : found.token === null ? say`no token` : say`another token`
      const own = found.responses.length > etags.size + deleted.size ? say`, the calendar itself` : ''
      const saw = say`${many.member(etags.size)}, ${deleted.size} deleted${own}; ${again}.`
      return judged(etags.size + deleted.size === 0 && found.token !== null, saw)
    },
  },
  {
    id: 'caldav.sync.changed-token',
    says: 'A token with one letter changed is refused with 403 and valid-sync-token.',
    async ask(look, signal) {
      const { collection } = needed(look.sample, say`There is no calendar.`)
      const token = needed(look.token, say`There is no token.`)
      const found = await syncCollection(look.dav, collection.url, otherToken(token), signal)
      if (found.ok)
        return differs(say`HTTP 207, ${many.member(listingOf(found.responses, collection.url).etags.size)}.`)
      const isExpected = found.answer.status === 403 && preconditionsIn(found.answer.text).includes('valid-sync-token')
      return judged(isExpected, say`${refusalLine(found)}.`)
    },
  },
]

async function sampleOf(look: Look, signal: AbortSignal): Promise<{ collection: Collection; listing: Listing }> {
  if (look.sample) return look.sample
  const calendars = needed(look.listed, say`Nothing was listed.`).flatMap(({ calendar }) => calendar ?? [])
  for (const collection of calendars.slice(0, MOST_LISTED)) {
    const { etags } = await fetchListing(look.dav, collection.url, signal)
    if (etags.size > (look.sample?.listing.etags.size ?? -1)) {
      look.sample = { collection, listing: { etags, deleted: new Set() } }
    }
    if (etags.size >= ENOUGH) break
  }
  return needed(look.sample, say`There is no calendar.`)
}

async function askForAll(look: Look, depth: '0' | '1', signal: AbortSignal): Promise<Seen> {
  const { collection, listing } = await sampleOf(look, signal)
  const responses: Described[] = []
  let token: string | null = null
  let parts = 0
  for (let cut = true; cut && parts < MOST_PARTS; parts += 1) {
    const found = await syncCollection(look.dav, collection.url, token, signal, depth)
    if (!found.ok) return differs(say`${refusalLine(found)}.`)
    const own = ownIn(found.responses, collection)
    if (own && own.status >= 400 && own.status !== 507) {
      return differs(say`HTTP 207, in it ${own.status} for the calendar as a whole.`)
    }
    responses.push(...found.responses.filter(({ status }) => status !== 507))
    cut = found.cut && found.token !== token
    token = found.token
  }
  const { etags } = listingOf(responses, collection.url)
  const missing = [...listing.etags.keys()].filter((id) => !etags.has(id)).length
  const surplus = [...etags.keys()].filter((id) => !listing.etags.has(id)).length
  if (depth === '0' && token !== null) look.token = token
  const found = say`${many.member(etags.size)}, ${missing} missing, ${surplus} more than PROPFIND`
  const whole = parts > 1 ? say`in ${parts} parts (507)` : say`in one part`
  const given = token === null ? say`no token` : say`a token`
  const forms = hrefForms(responses.map(({ href }) => href))
  const own = ownIn(responses, collection) ? say`, the calendar itself among them` : ''
  const saw = say`${found}; ${whole}; ${given}; hrefs: ${forms}${own}.`
  return judged(missing + surplus === 0 && token !== null, saw)
}

const ownIn = (responses: readonly Described[], { url }: Collection): Described | undefined =>
  responses.find(({ id }) => id === idOf(url.href, url))

/** How a token is spelled; not what it says. */
function tokenForm(token: string): Said {
  if (token === '') return say`missing`
  const form = /^https?:|^urn:|^data:/i.test(token) ? say`a URI` : say`no URI`
  return say`${form} of ${many.character(token.length)}`
}

/**
 * A token of the same form that was never given out: the first letter of its last part is another one. (Servers count up
 * in the end of a token, and take another number there for an earlier one.)
 */
export function otherToken(token: string): string {
  const at = Math.max(token.lastIndexOf('/'), token.lastIndexOf(',')) + 1
  if (at >= token.length) throw new NotTried(say`The token has a form in which no letter can be changed.`)
  const letter = token[at] ?? ''
  const other = /\d/.test(letter) ? (letter === '9' ? '8' : String(Number(letter) + 1)) : letter === 'a' ? 'b' : 'a'
  return token.slice(0, at) + other + token.slice(at + 1)
}
