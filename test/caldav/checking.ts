import type { Finding, Outcome, Scratch } from '../../src/event/examination'
import type { CalendarProvider } from '../../src/event/calendar'
import { NO_END } from '../contract/reader'

/** What an examination found, and what it ended with, if it did not end well. */
export type Examined = { readonly findings: readonly Finding[]; readonly error?: Error }

export async function examined(
  { examination }: CalendarProvider,
  scratch?: Scratch,
  signal: AbortSignal = NO_END,
): Promise<Examined> {
  const findings: Finding[] = []
  const wish = { salt: 'salt', ...(scratch && { scratch }) }
  try {
    await examination?.run(wish, (finding) => findings.push(finding), signal)
    return { findings }
  } catch (error) {
    return { findings, error: error as Error }
  }
}

/** The names of the facts with an outcome. */
export const having = ({ findings }: Examined, outcome: Outcome): string[] =>
  findings.filter((finding) => finding.outcome === outcome).map(({ id }) => id)

/** What was seen of one fact. */
export function sawOf({ findings }: Examined, id: string): string {
  const found = findings.find((finding) => finding.id === id)
  if (!found) throw new Error(`nothing was found of ${id}`)
  return found.saw
}
