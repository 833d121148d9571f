/**
 * What is wrong with a text that it does not say when its one event takes place, found without the reader that is
 * tested: by RFC 5545 alone. Undefined for a text in which nothing is wrong that would explain a refusal.
 */
export function defectOf(text: string): string | undefined {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '').split('\n').filter(Boolean) // prettier-ignore
  const count = (line: RegExp): number => lines.filter((each) => line.test(each)).length
  for (const name of ['VCALENDAR', 'VEVENT']) {
    const [begins, ends] = [count(new RegExp(`^BEGIN:${name}$`)), count(new RegExp(`^END:${name}$`))]
    if (begins !== ends) return 'the text is cut off'
  }
  const events = text.replace(/\r?\n[ \t]/g, '').match(/^BEGIN:VEVENT$[^]*?^END:VEVENT\r?$/gm) ?? []
  if (events.some((event) => !/^DTSTART[;:]/m.test(event) && !/^DTSTART=/m.test(event)))
    return 'an event has no DTSTART'
  if (!/^BEGIN:VCALENDAR/m.test(text)) return 'it is in no VCALENDAR'
  if (events.filter((event) => !/^RECURRENCE-ID[;:]/m.test(event)).length > 1) return 'several events under one UID'
  return events
    .flatMap((event) => event.split(/\r?\n/))
    .map((line) => lineDefect(line, text))
    .find(Boolean)
}

const DATED = /^(DTSTART|DTEND|RECURRENCE-ID|RDATE|EXDATE)((?:;[^:;="]+=(?:"[^"]*"|[^;:"]*))*):(.*)$/i

function lineDefect(line: string, text: string): string | undefined {
  if (/^(DTSTART|DTEND|RRULE|RDATE|EXDATE)[=;][^:]*$/.test(line) && !DATED.test(line)) return 'a time or rule is no content line' // prettier-ignore
  if (/^RRULE/.test(line) && !/FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|MINUTELY|SECONDLY)\b/i.test(line)) return 'a rule has no frequency' // prettier-ignore
  if (!/^\s*[A-Za-z0-9-]+\s*[;:=]/.test(line)) return 'a text has line breaks that are not escaped'
  const [, , params = '', value = ''] = DATED.exec(line) ?? []
  const dates = value.split(',').filter(Boolean).map((each) => each.trim().replace(/\/.*/, '')) // prettier-ignore
  if (dates.some((date) => !isDate(date))) return 'a date or time is none'
  const tzid = /;TZID="?([^";:]+|[^"]+(?="))/i.exec(params)?.[1]
  return tzid === undefined || isZone(tzid, text) ? undefined : 'its time zone is neither known nor defined'
}

function isDate(text: string): boolean {
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(T[0-2]\d[0-5]\d[0-6]\dZ?)?$/.exec(text) ?? []
  if (year === undefined || (time === undefined && text.length > 8)) return false
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
}

/** Whether a TZID is a name of the IANA database, or of a VTIMEZONE in the text. */
function isZone(tzid: string, text: string): boolean {
  const unfolded = text.replace(/\r?\n[ \t]/g, '').replaceAll('\\,', ',')
  if (unfolded.includes(`TZID:${tzid}`) || unfolded.includes(`TZID:"${tzid}"`)) return true
  return Intl.supportedValuesOf('timeZone').includes(tzid)
}
