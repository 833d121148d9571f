import type { CalendarInfo, CalendarProvider } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Examination, Finding, Outcome, Scratch } from '../event/examination'
import { count } from '../event/veil'
import { CalSyncError } from './errors'
import type { Surroundings } from './surroundings'
import { invalidInput } from './routes'

/** What is to be checked. Without `scratch` nothing is written. */
export type CheckWish = {
  /** The id or the name of a calendar that was made for this. */
  readonly scratch?: string
  /** Another one. */
  readonly second?: string
  /** Whether its owner agrees that events are made in it, and removed again. */
  readonly confirm: boolean
}

/** What came of a check, or what its owner has to agree to before anything is asked. */
export type CheckAnswer = {
  /** A sentence that a person would say. */
  readonly text: string
  /** What ended it before its time, and what to do about it. */
  readonly ended?: string
  readonly confirm?: { readonly scratch: readonly string[]; readonly events: number }
  readonly lines: readonly CheckLine[]
  /** What may be attached to an issue; '' if nothing was asked. */
  readonly report: string
}
export type CheckLine = Omit<Finding, 'asked'>

/** Why a calendar may not be written by a check; undefined if it may. */
export type WhyNot = (calendar: CalendarInfo) => Promise<string | undefined>

/** The wish in the body of a request or the payload of a message. Anything but an object wishes nothing. */
export function checkWishIn(value: unknown): CheckWish {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { confirm: false }
  const { scratch, second, confirm } = value as Partial<Record<keyof CheckWish, unknown>>
  const isName = (each: unknown): each is string | undefined => each === undefined || typeof each === 'string'
  if (isName(scratch) && isName(second) && (confirm === undefined || typeof confirm === 'boolean')) {
    const given = (name: string | undefined): string | undefined => name?.trim() || undefined
    const [first, other] = [given(scratch), given(second)]
    return { confirm: confirm === true, ...(first && { scratch: first }), ...(first && other && { second: other }) }
  }
  throw invalidInput('A check takes {scratch, second, confirm}: two names or ids of calendars, and true or false.')
}

export type Checking = {
  /** As whom the report says that it was checked: `google`, `icloud`. */
  readonly type: string
  readonly provider: CalendarProvider
  readonly around: Surroundings
  readonly whyNot: WhyNot
  /** A text that nobody can guess. */
  readonly salt: string
}

/** Tells each line as it comes, and how many there will be. */
export type TellLine = (line: CheckLine, of: number) => void

/** A check that its owner has agreed to, or need not. */
export type Prepared =
  | { readonly is: 'question'; readonly answer: CheckAnswer }
  | { readonly is: 'ready'; run(tell: TellLine, signal: AbortSignal): Promise<CheckAnswer> }

/**
 * Looks whether a check can be made as wished, which writes nothing.
 *
 * @throws CalSyncError `check-scratch` if a calendar that is named can't be used
 */
export async function prepareCheck(checking: Checking, wish: CheckWish, signal: AbortSignal): Promise<Prepared> {
  const { examination } = checking.provider
  if (!examination) throw new CalSyncError('config', 'There is nothing to check in an account of this kind.')
  const ready = (scratch?: Scratch): Prepared => ({
    is: 'ready',
    run: (tell, until) => run(checking, examination, scratch, tell, until),
  })
  if (wish.scratch === undefined) return ready()
  const names = [wish.scratch, ...(wish.second === undefined ? [] : [wish.second])]
  const calendars = await checking.provider.listCalendars(signal)
  const chosen: CalendarInfo[] = []
  for (const name of names) chosen.push(await usable(calendars, name, checking, signal))
  const [first, second] = chosen
  if (!first || first.id === second?.id) throw scratchTrouble('The two scratch calendars are the same: name two.')
  if (!wish.confirm) return { is: 'question', answer: question(chosen, examination.makes) }
  return ready({ id: first.id, ...(second && { second: second.id }) })
}

const scratchTrouble = (message: string): CalSyncError =>
  new CalSyncError('check-scratch', message, 'no scratch calendar')

async function usable(
  calendars: readonly CalendarInfo[],
  name: string,
  { provider, whyNot }: Checking,
  signal: AbortSignal,
): Promise<CalendarInfo> {
  const byId = calendars.filter(({ id }) => id === name)
  const found = byId.length > 0 ? byId : calendars.filter((calendar) => calendar.name === name)
  const [calendar] = found
  if (!calendar) throw scratchTrouble(`The account has no calendar called "${name}". Write its name exactly as it is.`)
  if (found.length > 1)
    throw scratchTrouble(`${found.length} calendars are called "${name}": give one of them another name.`)
  if (!calendar.writable) throw scratchTrouble(`"${calendar.name}" can only be read: name a calendar of your own.`)
  const { info } = await provider.open(calendar.id, signal) // a list may name it by another host than nodes do
  const reason = await whyNot(info)
  if (reason !== undefined) throw scratchTrouble(`${reason} Make a new calendar for the check, and name that one.`)
  return calendar
}

function question(calendars: readonly CalendarInfo[], events: number): CheckAnswer {
  const names = calendars.map(({ name }) => `"${name}"`).join(' and ')
  const text =
    `Up to ${count(events, 'small event')} will be made in ${names} for tomorrow, without guests, and removed again. ` +
    'What is in it besides is not touched.'
  return { text, confirm: { scratch: calendars.map(({ name }) => name), events }, lines: [], report: '' }
}

async function run(
  { type, around, salt }: Checking,
  examination: Examination,
  scratch: Scratch | undefined,
  tell: TellLine,
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const began = around.now()
  const findings: Finding[] = []
  const of = examination.lines(scratch !== undefined)
  let ended = ''
  const heard = (finding: Finding): void => {
    findings.push(finding)
    const { asked: _, ...line } = finding
    tell(line, of)
    // whoever asked may be gone by now
    if (finding.id.endsWith('.cleanup') && finding.outcome === 'differs') around.warn(`check: ${finding.saw}`)
  }
  try {
    await examination.run({ salt, ...(scratch && { scratch }) }, heard, signal)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code === 'aborted') throw error
    ended = error.message
  }
  const lines = findings.map(({ asked: _, ...line }) => line)
  const text = [summaryOf(findings), ...(ended ? [ended] : [])].join(' ')
  const head = `CalSync ${around.version}, check of ${KINDS[type] ?? 'an account'}, ${new Date(began).toISOString().slice(0, 10)}`
  const scope = scratch ? 'reading and writing' : 'reading only'
  const requests = count(
    findings.reduce((sum, { asked }) => sum + asked.length, 0),
    'request',
  )
  const seconds = count(Math.round((around.now() - began) / 1000), 'second')
  return {
    text,
    ...(ended && { ended }),
    lines,
    report: [`${head} (${scope}, ${requests}, ${seconds})`, counted(findings), '', ...findings.map(entry)].join('\n'),
  }
}

const KINDS: Readonly<Record<string, string>> = { google: 'a Google account', icloud: 'a CalDAV account' }

const having = (findings: readonly Finding[], outcome: Outcome): number =>
  findings.filter((finding) => finding.outcome === outcome).length

function summaryOf(findings: readonly Finding[]): string {
  const [good, bad, open] = (['as expected', 'differs', 'not tried'] as const).map((each) => having(findings, each))
  const first =
    bad === 0
      ? `All that was tried is as expected (${good})`
      : `${bad} of ${Number(bad) + Number(good)} ${bad === 1 ? 'differs' : 'differ'} from what is expected`
  return `${first}${open === 0 ? '' : `; ${open} could not be tried`}.`
}

const counted = (findings: readonly Finding[]): string =>
  `${having(findings, 'as expected')} as expected, ${having(findings, 'differs')} different, ${having(findings, 'not tried')} not tried`

/** What differs begins with a mark, for who looks for it. */
function entry({ id, outcome, says, saw, asked }: Finding): string {
  const mark = outcome === 'differs' ? '!' : outcome === 'not tried' ? '-' : ' '
  return [`${mark} ${id}: ${outcome}`, `    ${says}`, `    Seen: ${saw}`, ...asked.map((line) => `      ${line}`)].join(
    '\n',
  )
}
