import assert from 'node:assert/strict'
import { DateTime } from 'luxon'
import { HOME_ZONE } from '../demo/events'
import type { Owner, Row } from '../demo/owner'
import type { World } from '../demo/world'
import { caldavAgenda, googleAgenda, type Agenda, type Days } from './agenda'

/** Today stays the day on which the tests began, also when midnight passes. */
const TODAY = DateTime.now().setZone(HOME_ZONE)

/** The week that the events of the demo lie around: this one. */
export function thisMonday(): string {
  return TODAY.startOf('week').toFormat('yyyy-MM-dd')
}

/** The days in which two calendars of the demo have to be the same: the window of the sync, and a day less. */
function daysInStep(): Days {
  return [TODAY.minus({ days: 29 }).toFormat('yyyy-MM-dd'), TODAY.plus({ days: 364 }).toFormat('yyyy-MM-dd')]
}

export type Agendas = { readonly google: Agenda; readonly icloud: Agenda }

/** Both calendars as their owners see them. */
export function agendas(world: World): Agendas {
  const days = daysInStep()
  const texts = [...world.icloud.calendar.members.values()].map(({ text }) => text)
  return { google: googleAgenda(world.google, days), icloud: caldavAgenda(texts, days) }
}

/** Fails unless both owners see the same, and nothing twice; returns what they see. */
export function assertInStep(world: World): Agenda {
  const { google, icloud } = agendas(world)
  assert.deepEqual(difference(google, icloud), { onlyFirst: [], onlySecond: [] }, 'Google (first), iCloud (second)')
  assert.deepEqual(doubled(google), [], 'what both calendars show twice')
  assert.equal(google.length, icloud.length)
  return google
}

/** What only one of two agendas holds. */
export function difference(first: Agenda, second: Agenda): { onlyFirst: string[]; onlySecond: string[] } {
  return {
    onlyFirst: first.filter((line) => !second.includes(line)),
    onlySecond: second.filter((line) => !first.includes(line)),
  }
}

export const doubled = (agenda: Agenda): string[] => agenda.filter((line, at) => agenda.indexOf(line) !== at)

/** The one event with this title. */
export function row(owner: Owner, title: string): Row {
  const found = owner.rows().filter((each) => each.title === title)
  assert.equal(found.length, 1, `${found.length} events are called ${title}`)
  return found[0]!
}
export const isThere = (owner: Owner, title: string): boolean => owner.rows().some((each) => each.title === title)

/** Requests to both calendars since the last call, those for tokens apart. */
export function takeRequests({ google, icloud }: World): { google: string[]; icloud: string[] } {
  return { google: google.takeRequests(), icloud: icloud.log.splice(0).map(({ method, path }) => `${method} ${path}`) }
}

/** Fails if a guest of any event got mail. */
export function assertNoMail({ google, icloud }: World): void {
  assert.deepEqual({ google: google.mails, icloud: icloud.mails }, { google: 0, icloud: [] })
}
