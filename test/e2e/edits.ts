import { DateTime } from 'luxon'
import type { Entry, Row, Time } from '../demo/owner'
import type { SeriesApp } from './apps'
import { row } from './sides'

export type Here = 'google' | 'icloud'

/** One came from Google, one from iCloud, and one was on both sides. */
const EVENTS = ['Offsite', 'Picnic', 'Dentist']
const RENAMED: Readonly<Record<Here, readonly string[]>> = {
  google: ['Roadmap', 'Zoo', 'Concert'],
  icloud: ['Audit', 'Theatre', 'Car inspection'],
}
const DELETED: Readonly<Record<Here, readonly string[]>> = {
  google: ['Expenses', 'Vet', 'Yoga trial lesson', 'Retrospective'],
  icloud: ['Offsite', 'Optician', 'Lunch with Jonas', 'Farmers’ market'],
}

type Act = (app: SeriesApp, here: Here) => void

/** Edits the event with this title as a form would: what is not said stays. */
export function edit(app: SeriesApp, title: string, change: (before: Row) => Partial<Entry>): void {
  const before = row(app.owner, title)
  app.owner.change(before.id, { ...before, ...change(before) })
}

const each =
  (change: (before: Row) => Partial<Entry>): Act =>
  (app) =>
    EVENTS.forEach((title) => edit(app, title, change))

const dayOf = (time: Time): DateTime =>
  DateTime.fromISO('date' in time ? time.date : time.dateTime.slice(0, 10), { zone: 'utc' })
const iso = (day: DateTime): string => day.toFormat('yyyy-MM-dd')
const clock = (day: DateTime, text: string, timeZone: string): Time => ({
  dateTime: `${iso(day)}T${text}:00`,
  timeZone,
})

/** Each owner has weeks of their own. */
const week = (here: Here, number: number): number => number + (here === 'google' ? 6 : 9)

/** What an owner does to single events, and to all-day series. */
export const EDITS: readonly [string, Act][] = [
  [
    'another title',
    (app, here) => RENAMED[here].forEach((title) => edit(app, title, () => ({ title: `${title}, 2` }))),
  ],
  ['another place', each(({ place }) => ({ place: `${place}; upstairs, room 2` }))],
  ['no place', each(() => ({ place: '' }))],
  ['a note', (app, here) => EVENTS.forEach((title) => app.note(title, `noted in ${here}`))],
  [
    'another time',
    each(({ start }) => ({
      start: clock(dayOf(start).plus({ days: 1 }), '06:30', 'Europe/Berlin'),
      end: clock(dayOf(start).plus({ days: 1 }), '07:45', 'Europe/Berlin'),
    })),
  ],
  [
    'another time zone',
    each(({ start }) => ({
      start: clock(dayOf(start), '06:30', 'America/New_York'),
      end: clock(dayOf(start), '07:45', 'America/New_York'),
    })),
  ],
  [
    'all-day instead of a time',
    each(({ start }) => ({ start: { date: iso(dayOf(start)) }, end: { date: iso(dayOf(start).plus({ days: 2 })) } })),
  ],
  [
    'a time instead of all-day',
    each(({ start }) => ({
      start: clock(dayOf(start), '09:00', 'Europe/London'),
      end: clock(dayOf(start), '10:00', 'Europe/London'),
    })),
  ],
  [
    'other reminders',
    (app, here) => EVENTS.forEach((title) => app.reminders(title, here === 'google' ? [15, 120] : [25])),
  ],
  ['no reminder', (app) => EVENTS.forEach((title) => app.reminders(title, []))],
  [
    'a new event',
    (app, here) => {
      const day = dayOf(row(app.owner, 'Summer house').start)
      const end = clock(day, '13:00', 'Asia/Tokyo')
      app.owner.add({ title: `New in ${here}`, place: 'Here', start: clock(day, '12:00', 'Asia/Tokyo'), end })
    },
  ],
  [
    'a deleted event, a deleted series',
    (app, here) => DELETED[here].forEach((title) => app.owner.remove(row(app.owner, title).id)),
  ],
  ['an all-day occurrence renamed', (app, here) => app.renameOccurrence('Paper bin', week(here, 0), `Bin, ${here}`)],
  ['an all-day occurrence cancelled', (app, here) => app.cancelOccurrence('Paper bin', week(here, 1))],
]

type SeriesAct = (app: SeriesApp, title: string, here: Here) => void

/** What an owner does to the occurrences of a series, and to all of it. */
export const SERIES_EDITS: readonly [string, SeriesAct][] = [
  ['an occurrence moved', (app, title, here) => app.moveOccurrence(title, week(here, 0), 3)],
  ['an occurrence renamed', (app, title, here) => app.renameOccurrence(title, week(here, 1), `${title} with guests`)],
  ['an occurrence cancelled', (app, title, here) => app.cancelOccurrence(title, week(here, 2))],
  ['a cancelled occurrence revived', (app, title, here) => app.reviveOccurrence(title, week(here, 2))],
  ['a moved occurrence moved again', (app, title, here) => app.moveOccurrence(title, week(here, 0), -4)],
  ['a moved occurrence cancelled', (app, title, here) => app.cancelOccurrence(title, week(here, 0))],
  ['a note for the whole series', (app, title, here) => app.note(title, `${here} knows more`)],
]

/** What shakes a whole series, occurrences that differ included. */
export const UPHEAVALS: readonly [string, SeriesAct][] = [
  ['a series moved', (app, title) => app.moveSeries(title, 2)],
  ['this and all following changed', (app, title, here) => app.changeFrom(title, 11, `${title}, since ${here}`, 1)],
]
