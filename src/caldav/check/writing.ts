import type { Fact, Seen } from '../../event/examination'
import { judged, needed, NotTried } from '../../event/examination'
import { orNone, say } from '../../event/phrase'
import type { Said } from '../../event/phrase'
import type { Answered } from '../connection'
import { preconditionsIn } from '../errors'
import { isTaken } from '../put'
import type { Look } from './look'
import type { ScratchCalendar } from './scratch'
import type { Rewriting } from './text'
import { eventText, hasLine, hasProperty, rewriting } from './text'

/** What the questions about writing share. */
export type Writing = Look & {
  readonly scratch: ScratchCalendar
  /** Another calendar of the account. */
  readonly second: ScratchCalendar | undefined
  /** The event that most questions are about: its versions so far, the newest last. */
  readonly versions: { readonly text: string; readonly etag: string }[]
}

const NEW = { 'if-none-match': '*' }
/** iCloud was seen to rewrite a text a moment after it took it. */
const A_WHILE = 10_000

/** The events that stand in the two calendars at most. */
export const MAKES = 4

/** What a server does with what is written (RFC 4791 5.3, RFC 9110 13.1), asked by events in a scratch calendar. */
export const WRITING: readonly Fact<Writing>[] = [
  {
    id: 'caldav.write.create',
    says: 'A new event is taken with 201 and an ETag, and is held as it was sent.',
    async ask({ scratch, around, versions }) {
      const text = eventText(scratch.uidOf('one'), around.now())
      const answer = await scratch.put('one', text, NEW)
      if (!isSuccess(answer)) return judged(false, statusLine(answer))
      const held = await scratch.get('one')
      const etag = held.headers.get('etag') ?? ''
      if (held.status === 200) versions.push({ text: held.text, etag })
      const given = answer.headers.get('etag')
      const changes = rewriting(text, held.text)
      const tag = given === null ? say`no ETag` : given === etag ? say`an ETag` : say`another ETag than GET`
      const saw = say`HTTP ${answer.status}, ${tag}; at once: ${heldLine(held, changes)}.`
      return judged(answer.status === 201 && given !== null && given === etag && isKept(changes), saw)
    },
  },
  {
    id: 'caldav.write.later',
    says: 'After ten seconds the text and its ETag are what they were at once.',
    async ask({ scratch, around, versions }, signal) {
      const { text, etag } = latest(versions)
      await around.sleep(A_WHILE, signal)
      const held = await scratch.get('one')
      const tag = held.headers.get('etag') ?? ''
      const changes = rewriting(text, held.text)
      if (held.status === 200) versions.push({ text: held.text, etag: tag })
      const saw = say`${heldLine(held, changes)}; ${tag === etag ? say`the same ETag` : say`another ETag`}.`
      return judged(held.status === 200 && isKept(changes) && tag === etag, saw)
    },
  },
  {
    id: 'caldav.write.stale-etag',
    says: 'A change under an ETag that is no longer the newest is refused with 412.',
    async ask({ scratch, versions }) {
      const before = latest(versions)
      const second = before.text.replace('CalSync check', 'CalSync check 2')
      const changed = await scratch.put('one', second, { 'if-match': before.etag })
      if (!isSuccess(changed)) return judged(false, say`With the newest ETag: ${statusLine(changed)}`)
      const held = await scratch.get('one')
      versions.push({ text: held.text, etag: held.headers.get('etag') ?? '' })
      return refusedWith412(await scratch.put('one', before.text, { 'if-match': before.etag }))
    },
  },
  {
    id: 'caldav.write.if-none-match',
    says: 'A new event under a name that is taken is refused with 412.',
    async ask({ scratch, versions }) {
      return refusedWith412(await scratch.put('one', latest(versions).text, NEW))
    },
  },
  {
    id: 'caldav.write.stale-delete',
    says: 'A deletion under an ETag that is no longer the newest is refused with 412.',
    async ask({ scratch, versions }) {
      const [first] = versions
      if (!first || first.etag === latest(versions).etag) throw new NotTried(say`The event has only one version.`)
      return refusedWith412(await scratch.delete('one', { 'if-match': first.etag }))
    },
  },
  {
    id: 'caldav.write.same-uid',
    says: 'The UID of an event in another calendar is refused by iCloud with no-uid-conflict, and taken by other servers.',
    async ask({ scratch, second, around, dav }) {
      const other = needed(second, say`No second scratch calendar was named.`)
      const text = eventText(scratch.uidOf('one'), around.now())
      // a server that ignores preconditions has deleted it by now
      if ((await scratch.get('one')).status !== 200 && !isSuccess(await scratch.put('one', text, NEW))) {
        throw new NotTried(say`There is no event whose UID could be used.`)
      }
      const answer = await other.put('one', text, NEW)
      const isRefused = isTaken(preconditionsIn(answer.text))
      return judged(dav.connection.isIcloud ? isRefused : isSuccess(answer), statusLine(answer))
    },
  },
  {
    id: 'caldav.write.again',
    says: 'An event can be made again under the name and UID of a deleted one.',
    async ask({ scratch, around }) {
      const etag = (await scratch.get('one')).headers.get('etag')
      const deleted = await scratch.delete('one', etag === null ? {} : { 'if-match': etag })
      if (!isSuccess(deleted) && deleted.status !== 404) return judged(false, say`The deletion: ${statusLine(deleted)}`)
      const again = await scratch.put('one', eventText(scratch.uidOf('one'), around.now()), NEW)
      return judged(isSuccess(again), statusLine(again))
    },
  },
  {
    id: 'caldav.write.no-end',
    says: 'An event without an end is refused by iCloud with 404 or 400, and taken by other servers.',
    async ask({ scratch, around, dav }) {
      const answer = await scratch.put('no-end', eventText(scratch.uidOf('no-end'), around.now(), [], false), NEW)
      const isRefused = [400, 404].includes(answer.status)
      return judged(dav.connection.isIcloud ? isRefused : isSuccess(answer), statusLine(answer))
    },
  },
  {
    id: 'caldav.write.kept',
    says: 'CLASS, COLOR, CATEGORIES and a property of our own are kept.',
    async ask({ scratch, around }) {
      const lines = ['CLASS:PRIVATE', 'COLOR:turquoise', 'CATEGORIES:Work,Home', 'X-CALSYNC-CHECK:kept']
      const answer = await scratch.put('kept', eventText(scratch.uidOf('kept'), around.now(), lines), NEW)
      if (!isSuccess(answer)) return judged(false, statusLine(answer))
      const held = await scratch.get('kept')
      const changed = lines.filter((line) => !hasLine(held.text, line)).map((line) => line.split(':', 1)[0] ?? '')
      const lost = changed.filter((name) => !hasProperty(held.text, name))
      const respelled = changed.filter((name) => !lost.includes(name))
      const saw = say`Dropped: ${orNone(lost)}; with another value: ${orNone(respelled)}.`
      return judged(held.status === 200 && changed.length === 0, saw)
    },
  },
]

const isSuccess = ({ status }: Answered): boolean => status >= 200 && status < 300

function latest(versions: Writing['versions']): Writing['versions'][number] {
  return needed(versions.at(-1), say`The event was not taken.`)
}

const refusedWith412 = (answer: Answered): Seen => judged(answer.status === 412, statusLine(answer))

function statusLine(answer: Answered): string {
  const said = preconditionsIn(answer.text)
  return `HTTP ${answer.status}${said.length > 0 ? `, ${said.join(', ')}` : ''}.`
}

const isKept = (changes: Rewriting): boolean => changes === 'none' || changes === 'spelling'

function heldLine({ status }: Answered, changes: Rewriting): Said {
  if (status !== 200) return say`GET answers HTTP ${status}`
  if (changes === 'none') return say`as it was sent`
  return changes === 'spelling'
    ? say`the same lines, with other line ends or in another order`
    : say`rewritten (${changes.lines})`
}
