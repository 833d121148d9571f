import { stableText } from '../event/json'
import { meaning } from '../event/normal'
import type { Fields, Live } from './model'

/** What two events have in common that may be one: time, recurrence and summary. */
export const contentKey = ({ when, summary }: Fields): string => stableText([meaning(when), meaning(summary)])

/** In one order on every machine and in every run. */
export const byId = <T extends Pick<Live, 'id'>>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => (a.id < b.id ? -1 : 1))

/** First with first, and so on, as far as both go. */
export const zip = <A, B>(some: readonly A[], others: readonly B[]): (readonly [A, B])[] =>
  some.slice(0, others.length).map((each, index) => [each, others[index] as B] as const)
