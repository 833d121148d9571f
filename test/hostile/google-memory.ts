import { append } from '../../src/event/lists'
import type { Seen } from '../../src/event/calendar'
import { calendarBefore, isEvents, manyOccurrences, page, plain } from './google-answers'

/** Reads the biggest calendars that are read, one after the other, and those that are not; a process of its own. */
async function main(): Promise<void> {
  const signal = new AbortController().signal
  const read = async (pages: number, items: (at: number) => unknown[]): Promise<string> => {
    let sent = 0
    const calendar = await calendarBefore((path) => {
      if (!isEvents(path)) return undefined
      sent += 1
      return page(items(sent), sent < pages ? { nextPageToken: `page ${sent}`, nextSyncToken: undefined } : {})
    })
    const kinds = new Map<string, number>()
    try {
      const seen: Seen[] = []
      append(seen, (await calendar.read(null, new Map(), signal)).seen)
      for (const { is } of seen) kinds.set(is, (kinds.get(is) ?? 0) + 1)
    } catch (error) {
      return (error as Error).message
    }
    return [...kinds].map(([is, count]) => `${count} ${is}`).join(', ')
  }
  const text = 'x'.repeat(500_000)
  const said = {
    'many events': await read(10, (at) => Array.from({ length: 2500 }, (_, index) => plain(`p${at}e${index}`))),
    'large events': await read(30, (at) =>
      [1, 2].map((each) => plain(`p${at}e${each}`, { description: `${text}${each}` })),
    ),
    'too large events': await read(200, (at) => [1, 2].map((each) => plain(`p${at}e${each}`, { description: text }))),
    'what is not read of events': await read(200, (at) => [plain(`e${at}`, { attachments: [text, text] })]),
    'many occurrences': await read(1, () => manyOccurrences(3000, 'RRULE:FREQ=DAILY')),
    'too many occurrences': await read(1, () => manyOccurrences(30_000, 'RRULE:FREQ=DAILY')),
    'too many dates': await read(1, () => [plain('one', { recurrence: ['RRULE:FREQ=DAILY', `EXDATE:${'20260107T080000Z,'.repeat(60_000)}20260108T080000Z`] })]), // prettier-ignore
  }
  console.log(JSON.stringify(said))
}

void main()
