import { ProviderError } from '../../event/calendar'
import type { Examination, ExaminationWish, Finding } from '../../event/examination'
import { ALL_REMOVED, ask, cleanupFinding, veiled } from '../../event/examination'
import { hashJson } from '../../event/json'
import { Veil } from '../../event/veil'
import type { Fetch } from '../../transport/fetch'
import { observed } from '../../transport/observed'
import type { GoogleConfig } from '../api'
import { GoogleApi } from '../api'
import type { Look } from './look'
import { stepLine } from './look'
import { READING } from './reading'
import { ScratchCalendar } from './scratch'
import type { Writing } from './writing'
import { MAKES, WRITING } from './writing'

/** No account needs so many requests. */
const MOST_REQUESTS = 300
/** Whether all was removed that was made. */
const CLEANUP = 'google.cleanup'

type World = { readonly fetch: Fetch; readonly now: () => number }

/** The names of all facts, and what each of them says. */
export const FACTS: readonly Pick<Finding, 'id' | 'says'>[] = [
  ...READING,
  ...WRITING,
  { id: CLEANUP, says: ALL_REMOVED },
].map(({ id, says }) => ({ id, says }))

/** Asks Google about the facts on which this provider rests, by the provider's own requests. */
export class GoogleExamination implements Examination {
  readonly makes = MAKES

  constructor(
    private readonly config: GoogleConfig,
    private readonly world: World,
  ) {}

  lines(writes: boolean): number {
    return READING.length + (writes ? WRITING.length + 1 : 0)
  }

  async run(wish: ExaminationWish, tell: (finding: Finding) => void, signal: AbortSignal): Promise<void> {
    const veil = new Veil(wish.salt)
    veil.hide(...Object.values(this.config.credentials))
    const requests = observed(this.world.fetch, MOST_REQUESTS)
    const { now } = this.world
    const api = await GoogleApi.load(this.config, requests.fetch, now)
    const look: Look = { api, requests, tokenUrl: this.config.tokenUrl, now, veil }
    const asked = (): string[] => requests.take().map((step) => veil.over(stepLine(step, veil)))
    const tellVeiled = (finding: Finding): void => tell(veiled(finding, veil))
    await ask(READING, look, asked, tellVeiled, signal)
    if (wish.scratch) await this.write(look, wish.scratch.id, wish.salt, asked, tellVeiled, signal)
  }

  private async write(
    look: Look,
    id: string,
    salt: string,
    asked: () => string[],
    tell: (finding: Finding) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = (look.entries ?? []).find((each) => each.id === id)
    if (!entry) throw new ProviderError('calendar-not-found', 'The scratch calendar is not in the list of the account.')
    if (!['writerWithoutPrivateAccess', 'writer', 'owner'].includes(entry.accessRole ?? '')) {
      throw new ProviderError('read-only', 'The scratch calendar can’t be written by this account.')
    }
    const run = hashJson([salt, 'run']).slice(0, 10)
    const scratch = new ScratchCalendar(look.api, id, run, signal)
    try {
      await scratch.adoptLeftovers()
      const writing: Writing = { ...look, scratch }
      await ask(WRITING, writing, asked, tell, signal)
    } finally {
      const unlimited = await GoogleApi.load(this.config, this.world.fetch, this.world.now)
      const { removed, left } = await scratch.cleanUp(unlimited)
      tell(cleanupFinding(CLEANUP, removed, left))
    }
  }
}
