import { ProviderError } from '../../event/calendar'
import type { Examination, ExaminationWish, Fact, Finding } from '../../event/examination'
import { ALL_REMOVED, ask, cleanupFinding, veiled } from '../../event/examination'
import { hashJson } from '../../event/json'
import { Veil } from '../../event/veil'
import { observed } from '../../transport/observed'
import type { CaldavConfig, CaldavSurroundings } from '../connection'
import { Connection } from '../connection'
import { Dav } from '../dav'
import { DISCOVERY } from './discovery'
import { LISTING } from './listing'
import type { Look } from './look'
import { stepLine } from './look'
import { MEMBERS } from './members'
import { ScratchCalendar } from './scratch'
import { TOKENS } from './tokens'
import type { Writing } from './writing'
import { MAKES, WRITING } from './writing'

/** No account needs so many requests. */
const MOST_REQUESTS = 300
/** Whether all was removed that was made. */
const CLEANUP = 'caldav.cleanup'

const READING: readonly Fact<Look>[] = [...DISCOVERY, ...LISTING, ...TOKENS, ...MEMBERS]

/** The names of all facts, and what each of them says. */
export const FACTS: readonly Pick<Finding, 'id' | 'says'>[] = [
  ...READING,
  ...WRITING,
  { id: CLEANUP, says: ALL_REMOVED },
].map(({ id, says }) => ({ id, says }))

/** Asks a CalDAV server about the facts on which this provider rests, by the provider's own requests. */
export class CaldavExamination implements Examination {
  readonly makes = MAKES

  constructor(
    private readonly config: CaldavConfig,
    private readonly around: CaldavSurroundings,
  ) {}

  lines(writes: boolean): number {
    return READING.length + (writes ? WRITING.length + 1 : 0)
  }

  async run(wish: ExaminationWish, tell: (finding: Finding) => void, signal: AbortSignal): Promise<void> {
    const veil = new Veil(wish.salt)
    veil.hide(this.config.username, this.config.password)
    const requests = observed(this.around.fetch, MOST_REQUESTS)
    const around = { ...this.around, fetch: requests.fetch }
    const look: Look = { dav: new Dav(new Connection(this.config, around)), requests, around, veil }
    const asked = (): string[] => requests.take().map((step) => veil.over(stepLine(step, veil)))
    const tellVeiled = (finding: Finding): void => tell(veiled(finding, veil))
    await ask(READING, look, asked, tellVeiled, signal)
    if (wish.scratch) await this.write(look, wish, asked, tellVeiled, signal)
  }

  private async write(
    look: Look,
    { scratch, salt }: ExaminationWish,
    asked: () => string[],
    tell: (finding: Finding) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const run = hashJson([salt, 'run']).slice(0, 10)
    const open = (id: string): ScratchCalendar => new ScratchCalendar(look.dav, writableIn(look, id), run, signal)
    const first = open(scratch?.id ?? '')
    const second = scratch?.second === undefined ? undefined : open(scratch.second)
    const both = second ? [first, second] : [first]
    try {
      for (const each of both) await each.adoptLeftovers()
      const writing: Writing = { ...look, scratch: first, second, versions: [] }
      await ask(WRITING, writing, asked, tell, signal)
    } finally {
      const unlimited = new Dav(new Connection(this.config, this.around))
      const results = []
      for (const each of both) results.push(await each.cleanUp(unlimited))
      const removed = results.reduce((sum, result) => sum + result.removed, 0)
      tell(
        cleanupFinding(
          CLEANUP,
          removed,
          results.flatMap(({ left }) => left),
        ),
      )
    }
  }
}

function writableIn({ listed }: Look, id: string) {
  const found = (listed ?? []).find(({ calendar }) => calendar?.info.id === id)?.calendar
  if (!found)
    throw new ProviderError('calendar-not-found', 'The scratch calendar is not among those that the server lists.')
  if (found.info.writable) return found
  throw new ProviderError('read-only', 'The scratch calendar can’t be written by this account.')
}
