import type { Collection } from './collection'
import type { Dav } from './dav'
import type { Refusals } from './forbidden'
import type { Habits } from './habits'
import type { Owner } from './owner'

/**
 * A calendar and what it takes to read and write it. `assumedZone`: IANA zone of times without a zone, where
 * neither the calendar nor their text names one. `mails`: whether the server tells the guests of an event about its
 * changes, or may. `owner`: of the account.
 */
export type Place = {
  readonly dav: Dav
  readonly collection: Collection
  readonly assumedZone: string
  readonly mails: boolean
  readonly owner: Owner
  readonly refusals: Refusals
  readonly habits: Habits
}
