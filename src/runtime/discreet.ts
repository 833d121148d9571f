import type { Answer, Calendar, CalendarInfo, CalendarProvider, Seen } from '../event/calendar'
import type { Examination } from '../event/examination'
import type { Secrets } from './secrets'

/**
 * A provider that tells none of its account's secrets, whatever its server echoes: in no error, and in nothing that it
 * says of the account. What events hold is handed on as it is.
 */
export function discreet(provider: CalendarProvider, secrets: Secrets): CalendarProvider {
  const { examination } = provider
  return {
    listCalendars: (signal) =>
      secrets.keptBy(async () => (await provider.listCalendars(signal)).map((info) => bareInfo(info, secrets))),
    open: (id, signal) => secrets.keptBy(async () => bareCalendar(await provider.open(id, signal), secrets)),
    check: (signal) => secrets.keptBy(async () => secrets.over(await provider.check(signal))),
    ...(examination && { examination: bareExamination(examination, secrets) }),
  }
}

const bareInfo = (info: CalendarInfo, secrets: Secrets): CalendarInfo => ({ ...info, name: secrets.over(info.name) })

function bareCalendar(calendar: Calendar, secrets: Secrets): Calendar {
  const bare = (seen: Seen): Seen => (seen.is === 'unread' ? { ...seen, reason: secrets.over(seen.reason) } : seen)
  async function* answers(job: () => AsyncIterable<Answer>): AsyncIterable<Answer> {
    try {
      yield* job()
    } catch (error) {
      throw secrets.overError(error)
    }
  }
  return {
    info: bareInfo(calendar.info, secrets),
    holds: calendar.holds,
    assume: (timeZone) => calendar.assume?.(timeZone),
    read: (...asked) =>
      secrets.keptBy(async () => {
        const read = await calendar.read(...asked)
        return { ...read, seen: read.seen.map(bare) }
      }),
    readSome: (...asked) => secrets.keptBy(async () => (await calendar.readSome(...asked)).map(bare)),
    idFor: (uid) => calendar.idFor(uid),
    create: (...said) => answers(() => calendar.create(...said)),
    update: (...said) => answers(() => calendar.update(...said)),
    delete: (...said) => answers(() => calendar.delete(...said)),
  }
}

function bareExamination(examination: Examination, secrets: Secrets): Examination {
  return {
    makes: examination.makes,
    lines: (writes) => examination.lines(writes),
    run: (wish, tell, signal) =>
      secrets.keptBy(() =>
        examination.run(
          wish,
          (finding) =>
            tell({
              ...finding,
              saw: secrets.over(finding.saw),
              asked: finding.asked.map((line) => secrets.over(line)),
            }),
          signal,
        ),
      ),
  }
}
