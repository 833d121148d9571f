import assert from 'node:assert/strict'
import { LOGIN } from '../simulators/google'
import { at, icalDay } from './events'
import type { Flow, FlowNode, Report } from './flow'
import { ID } from './flow'
import { PLACES, fn, idsOf, pairNodes } from './several-wiring'
import type { Ids, PairWish, Place } from './several-wiring'
import { PASSWORD, calendar } from './wiring'

const SECOND = 'second@group.calendar.google.com'

/** A flow with several pairs over up to four calendars; each calendar is read by one source. */
export class Several {
  private count = 0

  constructor(
    readonly flow: Flow,
    readonly pairs: readonly PairWish[],
  ) {
    flow.google.addCalendar({ id: SECOND })
    flow.icloud.store.addCollection({ path: this.pathOf('D'), name: 'Second' })
  }

  async start(): Promise<void> {
    await this.flow.start({ edit: (nodes) => this.nodes(nodes, 1) })
  }

  /** The same flow imported again: all nodes of ours are new. */
  async importAgain(): Promise<void> {
    const { google, icloud } = idsOf(2)
    this.flow.useCredentials({ [google]: { ...LOGIN }, [icloud]: { username: 'anna', password: PASSWORD } })
    await this.flow.deploy({ edit: (nodes) => this.nodes(nodes, 2) })
  }

  /** All calendars are read for one message. @returns a report of each pair */
  async round(): Promise<Report[]> {
    const from = this.flow.heard('report').length
    let heard = 0
    const all = this.flow.next('report', ({ topic }) => topic === 'report' && (heard += 1) === this.pairs.length)
    this.flow.node('trigger').receive({ _msgid: `round${(this.count += 1)}` })
    await all
    const reports = this.flow.heard('report').slice(from)
    for (const { payload } of reports) assert.deepEqual((payload as Report).errors, [])
    return reports.map(({ payload }) => payload as Report)
  }

  /** Rounds until none has anything to do. Fails if there are too many. @returns how many wrote something */
  async settle(): Promise<number> {
    for (let rounds = 0; rounds < 8; rounds += 1) {
      const reports = await this.round()
      if (reports.every(isIdle)) return rounds
    }
    throw new Error(`It does not end: ${JSON.stringify(this.titles())}`)
  }

  /** The titles in each calendar that a pair names, sorted. */
  titles(): Partial<Record<Place, string[]>> {
    const used = PLACES.filter((place) => this.pairs.some(({ left, right }) => left === place || right === place))
    return Object.fromEntries(used.map((place) => [place, this.titlesIn(place)]))
  }

  /** The days on which events start in each calendar that a pair names, sorted: `2026-06-01`. */
  days(): Partial<Record<Place, string[]>> {
    const places = Object.keys(this.titles()) as Place[]
    return Object.fromEntries(places.map((place) => [place, this.daysIn(place)]))
  }

  /** A person makes an event in one of the calendars, so many days from today, from 12 to 13 in UTC. */
  make(place: Place, summary: string, offset: number): void {
    if (place === 'A' || place === 'C')
      this.flow.google.user.create({ summary, ...at(offset, 12, 'UTC') }, this.googleId(place))
    else {
      const lines = [`DTSTART:${icalDay(offset)}T120000Z`, `DTEND:${icalDay(offset)}T130000Z`]
      this.flow.icloud.user.add(this.collection(place), [`UID:${summary}`, ...lines, `SUMMARY:${summary}`])
    }
  }

  /** A person renames the event with this title, or deletes it. */
  rename(place: Place, summary: string, next: string): void {
    if (place === 'A' || place === 'C') {
      this.flow.google.user.edit(this.googleEvent(place, summary), { summary: next }, this.googleId(place))
    } else this.flow.icloud.user.set(this.member(place, summary), `SUMMARY:${next}`)
  }

  remove(place: Place, summary: string): void {
    if (place === 'A' || place === 'C') {
      this.flow.google.user.delete(this.googleEvent(place, summary), this.googleId(place))
    } else this.flow.icloud.user.delete(this.member(place, summary))
  }

  /** Moves an event to another day, at the same hour. */
  move(place: Place, summary: string, offset: number): void {
    if (place === 'A' || place === 'C') {
      const id = this.googleEvent(place, summary)
      this.flow.google.user.edit(id, at(offset, 12, 'UTC'), this.googleId(place))
    } else {
      const lines = [`DTSTART:${icalDay(offset)}T120000Z`, `DTEND:${icalDay(offset)}T130000Z`]
      this.flow.icloud.user.set(this.member(place, summary), ...lines)
    }
  }

  private googleEvent(place: 'A' | 'C', summary: string): string {
    const found = this.flow.google.user.events(this.googleId(place)).find((event) => event.summary === summary)
    if (!found?.id) throw new Error(`${place} has no "${summary}"`)
    return found.id
  }

  private member(place: 'B' | 'D', summary: string): string {
    const { path, members } = this.collection(place)
    const found = [...members.values()].find(({ text }) => titlesOf(text).includes(summary))
    if (!found) throw new Error(`${place} has no "${summary}"`)
    return path + found.name
  }

  private titlesIn(place: Place): string[] {
    if (place === 'A' || place === 'C') {
      return this.flow.google.user
        .events(this.googleId(place))
        .map(({ summary }) => summary ?? '')
        .sort()
    }
    return [...this.collection(place).members.values()].flatMap(({ text }) => titlesOf(text)).sort()
  }

  private daysIn(place: Place): string[] {
    if (place === 'A' || place === 'C') {
      const events = this.flow.google.user.events(this.googleId(place))
      return events.map(({ start }) => start?.dateTime?.slice(0, 10) ?? '').sort()
    }
    return [...this.collection(place).members.values()].map(({ text }) => dayOf(text)).sort()
  }

  private googleId = (place: 'A' | 'C'): string => (place === 'A' ? 'primary' : SECOND)

  private pathOf(place: 'B' | 'D'): string {
    const { icloud } = this.flow
    return place === 'B' ? icloud.calendar.path : `${icloud.store.home}second/`
  }

  private collection(place: 'B' | 'D') {
    const found = this.flow.icloud.store.collections.get(this.pathOf(place))
    if (!found) throw new Error(`there is no calendar ${place}`)
    return found
  }

  private nodes(usual: readonly FlowNode[], generation: number): FlowNode[] {
    const ids = idsOf(generation)
    const accounts = usual
      .filter(({ type }) => type.endsWith('-account'))
      .map((node) => ({ ...node, id: node.type.includes('google') ? ids.google : ids.icloud }))
    const rest = usual.filter(({ type }) => ['tab', 'catch', 'helper'].includes(type))
    return [
      ...rest,
      ...accounts,
      ...PLACES.flatMap((place) => this.calendarNodes(place, ids)),
      ...this.pairs.flatMap((wish, index) => pairNodes(wish, index, ids)),
      fn(ID.trigger, 'return msg', PLACES.map(ids.source)),
    ]
  }

  private calendarNodes(place: Place, ids: Ids): FlowNode[] {
    const isGoogle = place === 'A' || place === 'C'
    const id = isGoogle ? this.googleId(place) : this.pathOf(place)
    const accounts = { googleAccount: ids.google, icloudAccount: ids.icloud }
    const readers = this.pairs.flatMap(({ left, right }, index) =>
      left === place || right === place ? [ids.reconcile(index)] : [],
    )
    const type = 'calendar-source'
    return [
      { ...calendar(ids.calendar(place), isGoogle ? 'google' : 'icloud', id, place), ...accounts },
      { id: ids.source(place), z: ID.tab, type, calendar: ids.calendar(place), sendEvents: 'none', wires: [readers] },
    ]
  }
}

export const isIdle = ({ planned: { left, right } }: Report): boolean =>
  [left, right].every((counts) => counts.create + counts.update + counts.delete === 0)

const titlesOf = (text: string): string[] =>
  [...text.replaceAll(/\r\n[ \t]/g, '').matchAll(/^SUMMARY:(.*)\r$/gm)].map((match) => match[1] ?? '')

/** The day on which the event of a resource starts, past the rules of its time zone. */
const dayOf = (text: string): string =>
  (/BEGIN:VEVENT[^]*?\nDTSTART[^:]*:(\d{8})/.exec(text)?.[1] ?? '').replace(/(....)(..)/, '$1-$2-')
