import { DateTime } from 'luxon'
import { RRule, RRuleSet } from 'rrule'
import { invalid } from './refusal'
import type { GoogleEvent, GoogleTime } from './resource'
import { instant, render } from './times'

/**
 * The recurrence of a series. Rules are expanded on the wall clock of the series' zone (as `Date`s that show it in
 * UTC) and only then made instants, so that a daylight saving change moves no occurrence.
 */
export class Expansion {
  private readonly set = new RRuleSet()
  private readonly zone: string
  private readonly allDay: boolean
  readonly start: number

  constructor(
    event: GoogleEvent,
    private readonly calendarZone: string,
  ) {
    const start = event.start ?? {}
    this.allDay = typeof start.date === 'string'
    this.zone = this.allDay ? 'utc' : (start.timeZone ?? calendarZone)
    this.start = instant(start, calendarZone)
    for (const line of event.recurrence ?? []) this.add(line)
  }

  private add(line: string): void {
    const match = /^(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)$/.exec(line)
    if (!match) throw invalid(`Invalid recurrence rule: ${line}`)
    const [, name, params = '', value = ''] = match
    if (name === 'RDATE' || name === 'EXDATE') {
      const zone = /TZID=([^;:]+)/.exec(params)?.[1] ?? this.zone
      for (const text of value.split(',')) {
        const date = this.clockOf(text, zone)
        if (name === 'RDATE') this.set.rdate(date)
        else this.set.exdate(date)
      }
      return
    }
    const rule = this.rule(value, line)
    if (name === 'RRULE') this.set.rrule(rule)
    else this.set.exrule(rule)
  }

  private rule(value: string, line: string): RRule {
    try {
      if (!/(^|;)FREQ=/.test(value)) throw invalid(`Invalid recurrence rule: ${line}`)
      const until = /(?:^|;)UNTIL=([^;]+)/.exec(value)?.[1]
      const options = RRule.parseString(value.replace(/(^|;)UNTIL=[^;]+/, '').replace(/^;/, ''))
      const last = until === undefined ? null : this.clockOf(until, this.zone)
      return new RRule({ ...options, dtstart: this.clock(this.start), until: last })
    } catch {
      throw invalid(`Invalid recurrence rule: ${line}`)
    }
  }

  /** The wall clock that a date or time of a rule means; a day of a timed series means the hour of its start. */
  private clockOf(text: string, zone: string): Date {
    const parsed = DateTime.fromISO(text, { zone: text.endsWith('Z') ? 'utc' : zone })
    if (!parsed.isValid) throw invalid(`Invalid recurrence rule: ${text}`)
    if (this.allDay || text.length > 8)
      return this.clock(this.allDay ? Date.parse(`${parsed.toISODate()}T00:00:00Z`) : +parsed)
    return new Date(Date.parse(`${parsed.toISODate()}T00:00:00Z`) + (this.clock(this.start).getTime() % 86_400_000))
  }

  private clock(millis: number): Date {
    return new Date(millis + DateTime.fromMillis(millis, { zone: this.zone }).offset * 60_000)
  }

  private instantOf(clock: Date): number {
    return DateTime.fromISO(clock.toISOString().slice(0, 19), { zone: this.zone }).toMillis()
  }

  /** Whether an occurrence starts at this instant. */
  occursAt(millis: number): boolean {
    const clock = this.clock(millis)
    // A clock that its zone skips is shown an hour later, or what the zone skips.
    const around = this.set.between(new Date(clock.getTime() - 7_200_000), clock, true)
    return around.some((each) => this.instantOf(each) === millis)
  }

  /** The original starts, at most `limit`. */
  starts(limit: number): number[] {
    return this.set.all((_, count) => count < limit).map((clock) => this.instantOf(clock))
  }

  /** An original start in the form of the series' own. */
  timeOf(millis: number): GoogleTime {
    if (this.allDay) return { date: new Date(millis).toISOString().slice(0, 10) }
    return render(millis, this.zone, this.calendarZone)
  }

  /** The plain end of the occurrence that starts then. */
  endOf(event: GoogleEvent, millis: number): GoogleTime {
    const end = event.end ?? {}
    const endsAt = millis + instant(end, this.calendarZone) - this.start
    if (this.allDay) return { date: new Date(endsAt).toISOString().slice(0, 10) }
    return render(endsAt, end.timeZone ?? this.zone, this.calendarZone)
  }

  isEmpty(): boolean {
    return this.starts(1).length === 0
  }
}
