import { MOST_DATES } from '../event/recurrence'
import { IcalError } from './error'
import type { Line } from './line'

/**
 * What one resource may be at most: whoever can write into a calendar that is read here writes our input. No event of a
 * person comes near; one that is over is set aside. Rules and dates have bounds in `event/recurrence.ts`.
 */
const MOST = {
  /** Characters of the whole text. */
  text: 1_000_000,
  /** Characters of one unfolded line. */
  line: 500_000,
  /** Of one line. */
  parameters: 100,
  /** Components in one another. A calendar, an event and its alarm are 3. */
  depth: 10,
  /** Events, alarms, time zones and what is in them. */
  components: 10_000,
  /** Occurrences of a series that differ. */
  overrides: 3000,
  /** Dates that a series leaves out. */
  excluded: MOST_DATES,
  /** Of one event. */
  alarms: 200,
  /** VTIMEZONEs. */
  zones: 50,
  /** STANDARDs and DAYLIGHTs of one time zone, and how many rules and dates they have. */
  observances: 500,
  onsets: 5000,
} as const

export type Bound = keyof typeof MOST

const COUNTED: Readonly<Record<Bound, string>> = {
  text: 'characters',
  line: 'characters in one line',
  parameters: 'parameters in one line',
  depth: 'components in one another',
  components: 'components',
  overrides: 'occurrences that differ from their series',
  excluded: 'dates that it leaves out (EXDATE)',
  alarms: 'alarms in one event',
  zones: 'time zones',
  observances: 'changes in a time zone',
  onsets: 'rules and dates in a time zone',
}

/** @throws IcalError if there is more of it than any event needs */
export function refuseOver(bound: Bound, count: number): void {
  if (count > MOST[bound]) throw new IcalError(`the event has more than ${MOST[bound]} ${COUNTED[bound]}`)
}

/** The same for what one line has. */
export function refuseLong(line: Line): void {
  refuseOver('line', line.text.length)
  refuseOver('parameters', line.parameters.length)
}
