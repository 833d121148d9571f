import type { Fact } from '../../event/examination'
import { judged, needed } from '../../event/examination'
import { many, say } from '../../event/phrase'
import { isCancelled } from '../seen'
import type { GoogleEvent } from '../times'
import type { Look, Refusal } from './look'
import { answerTo, lastAnswer, refusalLine } from './look'
import type { ScratchCalendar } from './scratch'

/** What the questions about writing share. */
export type Writing = Look & {
  readonly scratch: ScratchCalendar
  /** The event that most questions are about, as it was seen last. */
  one?: GoogleEvent
  /** A series of four days, and the token before one of its occurrences was cancelled. */
  series?: GoogleEvent
  cancelled?: { readonly id: string; readonly since: string | undefined }
}

/** The events that stand in the calendar at most: one, and a series. */
export const MAKES = 2

/** What Google does with what is written, asked by events in a scratch calendar. */
export const WRITING: readonly Fact<Writing>[] = [
  {
    id: 'google.write.insert',
    says: 'A new event is taken under an id of our own, from which its UID follows.',
    async ask(look) {
      const { scratch } = look
      const id = scratch.idOf('one')
      const inserted = await scratch.insert({ ...eventAt(look.now()), id })
      if (!('event' in inserted)) return judged(false, say`HTTP 409: the id is taken.`)
      look.one = inserted.event
      const [sameId, sameUid] = [inserted.event.id === id, inserted.event.iCalUID === `${id}@google.com`]
      return judged(
        sameId && sameUid,
        say`${sameId ? say`The id` : say`Another id`}, and ${sameUid ? say`the UID that follows` : say`another UID`}.`,
      )
    },
  },
  {
    id: 'google.write.insert-twice',
    says: 'A second event under the same id is refused with 409 and duplicate.',
    ask: (look) => insertAgain(look),
  },
  {
    id: 'google.write.stale-patch',
    says: 'A change under an ETag that is no longer the newest is refused with 412 and conditionNotMet.',
    async ask(look) {
      const before = oneIn(look)
      look.one = await look.scratch.patch(
        before.id ?? '',
        { summary: 'CalSync check 2 (may be deleted)' },
        before.etag ?? '',
      )
      const stale = () => look.scratch.patch(before.id ?? '', { summary: 'CalSync check 3' }, before.etag ?? '')
      const answer = await answerTo(look, stale)
      return judged(answer.status === 412 && answer.reason === 'conditionNotMet', refusalLine(answer))
    },
  },
  {
    id: 'google.write.reminders-only',
    says: 'A change of reminders alone makes a new ETag, leaves the time of the last change, and is in the list of changes.',
    async ask(look) {
      const before = oneIn(look)
      const { token } = await look.scratch.list({})
      const reminders = { useDefault: false, overrides: [{ method: 'popup', minutes: 15 }] }
      const after = await look.scratch.patch(before.id ?? '', { reminders }, before.etag ?? '')
      look.one = after
      const { items } = await look.scratch.list({ syncToken: needed(token, say`There is no token.`) })
      const [newTag, sameTime] = [after.etag !== before.etag, after.updated === before.updated]
      const isTold = items.some(({ id }) => id === before.id)
      const saw = [
        newTag ? say`A new ETag` : say`The same ETag`,
        sameTime ? say`the same time` : say`another time`,
        isTold ? say`in the list of changes.` : say`not in the list of changes.`,
      ]
      return judged(newTag && sameTime && isTold, saw)
    },
  },
  {
    id: 'google.write.insert-after-delete',
    says: 'The id of a deleted event is kept: another one under it is refused with 409.',
    async ask(look) {
      await look.scratch.delete(oneIn(look).id ?? '')
      return insertAgain(look)
    },
  },
  {
    id: 'google.write.cancelled-in-changes',
    says: 'An occurrence that was cancelled is in the list of changes, with its series and original start.',
    async ask(look) {
      const { scratch } = look
      const inserted = await scratch.insert({ ...seriesAt(look.now()), id: scratch.idOf('series') })
      if (!('event' in inserted)) return judged(false, say`HTTP 409: the id of the series is taken.`)
      look.series = inserted.event
      const since = (await scratch.list({})).token
      const id = occurrence(inserted.event, 1)
      await scratch.delete(id)
      look.cancelled = { id, since }
      const { items } = await scratch.list({ syncToken: needed(since, say`There is no token.`) })
      const told = items.find((event) => event.id === id && isCancelled(event))
      const isWhole = told?.recurringEventId === inserted.event.id && told?.originalStartTime !== undefined
      return judged(
        isWhole,
        say`${many.event(items.length)}; ${told ? (isWhole ? say`it is among them` : say`it lacks its series or start`) : say`it is not among them`}.`,
      )
    },
  },
  {
    id: 'google.write.cancelled-by-uid',
    says: 'A query by UID gives out an occurrence that was cancelled.',
    async ask(look) {
      const { id } = needed(look.cancelled, say`No occurrence was cancelled.`)
      const { items } = await look.scratch.list({ iCalUID: seriesIn(look).iCalUID ?? '', showDeleted: true })
      const isFound = items.some((event) => event.id === id && isCancelled(event))
      return judged(
        isFound,
        say`${many.event(items.length)}; ${isFound ? say`it is among them` : say`it is not among them`}.`,
      )
    },
  },
  {
    id: 'google.write.moved-series',
    says: 'When a series is moved, an occurrence that differs from it keeps its original start, or is forgotten.',
    async ask(look) {
      const { scratch } = look
      const series = seriesIn(look)
      const id = occurrence(series, 2)
      const plain = needed(await scratch.get(id), say`Google does not show an occurrence.`)
      const changed = await scratch.patch(id, { summary: 'CalSync check, changed (may be deleted)' }, plain.etag ?? '')
      const { etag } = needed(await scratch.get(series.id ?? ''), say`Google does not show the series.`)
      await scratch.patch(series.id ?? '', timesAt(look.now(), 14), etag ?? '')
      const { items } = await scratch.list({ iCalUID: series.iCalUID ?? '', showDeleted: true })
      const found = items.filter((event) => event.recurringEventId === series.id && !isCancelled(event))
      const kept = found.find((event) => event.id === changed.id)
      if (!kept) return judged(found.length === 0, found.length === 0 ? say`It is forgotten.` : say`It has another id.`)
      const isSame = kept.originalStartTime?.dateTime === changed.originalStartTime?.dateTime
      const stays = kept.start?.dateTime === changed.start?.dateTime ? say`it stays where it was` : say`it moved along`
      return judged(
        isSame,
        say`${isSame ? say`It keeps its original start` : say`It has another original start`}, and ${stays}.`,
      )
    },
  },
]

const oneIn = (look: Writing): GoogleEvent => needed(look.one, say`The event was not taken.`)
const seriesIn = (look: Writing): GoogleEvent => needed(look.series, say`The series was not taken.`)

async function insertAgain(look: Writing) {
  oneIn(look)
  const inserted = await look.scratch.insert({ ...eventAt(look.now()), id: look.scratch.idOf('one') })
  if ('event' in inserted) {
    look.one = inserted.event
    return judged(false, say`It is taken.`)
  }
  const answer: Refusal = lastAnswer(look)
  return judged(answer.reason === 'duplicate', refusalLine(answer))
}

const ZONE = 'Europe/Berlin'

/** Tomorrow from now, at an hour. */
function timesAt(now: number, hour: number): GoogleEvent {
  const day = new Date(now + 86_400_000).toISOString().slice(0, 10)
  const at = (minute: string) => ({ dateTime: `${day}T${hour}:${minute}:00`, timeZone: ZONE })
  return { start: at('00'), end: at('15') }
}

const eventAt = (now: number): GoogleEvent => ({
  ...timesAt(now, 10),
  summary: 'CalSync check (may be deleted)',
  transparency: 'transparent',
  reminders: { useDefault: false },
})

const seriesAt = (now: number): GoogleEvent => ({ ...eventAt(now), recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] })

/** The id of an occurrence, so many days after the first; none of these days has more or less than 24 hours at noon. */
function occurrence({ id, start }: GoogleEvent, days: number): string {
  const first = Date.parse(start?.dateTime ?? '')
  const at = new Date(first + days * 86_400_000).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${id ?? ''}_${at}`
}
