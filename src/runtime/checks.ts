import type { Sleep } from '../transport/sleep'
import type { CheckAnswer, CheckLine, TellLine } from './check'
import { asCalSyncError, CalSyncError } from './errors'

/** A dialog asks every second or so; one that has not asked for so long is gone. Browsers ask rarely for hidden pages. */
export const UNASKED = 3 * 60_000
/** No check takes longer. In milliseconds, as all here. */
const LONGEST = 15 * 60_000
const LOOK_EVERY = 10_000
/** So many are under way, or wait to be asked for. */
const MOST = 3

/** How a check stands. */
export type CheckState =
  | { readonly is: 'running'; readonly lines: readonly CheckLine[]; readonly of: number }
  | ({ readonly is: 'done' } & CheckAnswer)
  | { readonly is: 'failed'; readonly message: string }

type Job = { readonly begun: number; asked: number; state: CheckState; readonly stop: AbortController }

/** The checks that dialogs have begun, in memory only. One that nobody asks for is given up. */
export class Checks {
  private readonly jobs = new Map<string, Job>()

  /** @param newKey a text that nobody can guess, another one each time */
  constructor(
    private readonly now: () => number,
    private readonly sleep: Sleep,
    private readonly newKey: () => string,
  ) {}

  /** Begins a check. @throws CalSyncError if too many are under way */
  begin(run: (tell: TellLine, signal: AbortSignal) => Promise<CheckAnswer>): string {
    for (const [id, { state }] of this.jobs) if (state.is !== 'running') this.jobs.delete(id)
    if (this.jobs.size >= MOST)
      throw new CalSyncError('busy', 'Other checks are under way: try again when they are done.')
    const id = this.newKey()
    const stop = new AbortController()
    const job: Job = { begun: this.now(), asked: this.now(), state: { is: 'running', lines: [], of: 0 }, stop }
    this.jobs.set(id, job)
    const tell: TellLine = (line, of) => {
      if (job.state.is === 'running') job.state = { is: 'running', lines: [...job.state.lines, line], of }
    }
    const ended = new AbortController()
    run(tell, stop.signal)
      .then(
        (answer) => (job.state = { is: 'done', ...answer }),
        (error: unknown) => (job.state = { is: 'failed', message: asCalSyncError(error).message }),
      )
      .finally(() => ended.abort())
    this.watch(job, ended.signal).catch(() => undefined) // the sleep ends so when the check does
    return id
  }

  /** How a check stands; one that has ended is forgotten. @throws CalSyncError if it is not known */
  state(id: string): CheckState {
    const job = this.jobs.get(id)
    if (!job) throw new CalSyncError('no-such-check', 'This check is not under way any more: begin it again.')
    job.asked = this.now()
    if (job.state.is !== 'running') this.jobs.delete(id)
    return job.state
  }

  /** The dialog was closed: what is made is removed, and nothing more is asked. */
  cancel(id: string): void {
    this.jobs.get(id)?.stop.abort(new Error('the dialog was closed'))
  }

  private async watch(job: Job, ended: AbortSignal): Promise<void> {
    for (;;) {
      await this.sleep(LOOK_EVERY, ended)
      const isForgotten = this.now() - job.asked > UNASKED || this.now() - job.begun > LONGEST
      if (isForgotten) job.stop.abort(new Error('nobody asks for it any more'))
    }
  }
}
