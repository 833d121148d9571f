import type { Answer, Calendar, CalendarProvider } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { LoginHealth } from './login-health'

/** How long an account whose login is dead is left alone before it is tried once more. */
export const LEFT_ALONE = 15 * 60_000
/** The first of those spans where the login has worked before: each is twice as long as the one before it. */
const FIRST_SPAN = 60_000

/**
 * Stops asking for an account whose login is dead: servers lock accounts that keep trying, and nothing but its owner
 * can repair it. A new login makes a new account; one that was repaired elsewhere is found out by trying now and then,
 * and one that a server refused though it had worked by trying soon, at growing spans.
 */
export class Guard {
  private dead: { readonly error: ProviderError; readonly since: number; readonly span: number } | undefined
  private hasWorked = false

  constructor(
    private readonly now: () => number,
    private readonly health: LoginHealth,
  ) {}

  provider(provider: CalendarProvider): CalendarProvider {
    return {
      listCalendars: (signal) => this.run(() => provider.listCalendars(signal)),
      open: (id, signal) => this.run(async () => this.calendar(await provider.open(id, signal))),
      check: (signal) => provider.check(signal), // the owner asks: always tried
      ...(provider.examination && { examination: provider.examination }), // as well
    }
  }

  private calendar(calendar: Calendar): Calendar {
    const { info, holds } = calendar
    return {
      info,
      holds,
      assume: (timeZone) => calendar.assume?.(timeZone),
      read: (...of) => this.run(() => calendar.read(...of)),
      readSome: (ids, known, signal) => this.run(() => calendar.readSome(ids, known, signal)),
      idFor: (uid) => calendar.idFor(uid),
      create: (...said) => this.answers(() => calendar.create(...said)),
      update: (seen, fields, changed, signal) => this.answers(() => calendar.update(seen, fields, changed, signal)),
      delete: (seen, signal) => this.answers(() => calendar.delete(seen, signal)),
    }
  }

  private async run<T>(job: () => Promise<T>): Promise<T> {
    this.throwIfDead()
    try {
      const result = await job()
      this.dead = undefined
      this.hasWorked = true
      this.health.works()
      return result
    } catch (error) {
      throw this.noted(error)
    }
  }

  private async *answers(job: () => AsyncIterable<Answer>): AsyncIterable<Answer> {
    this.throwIfDead()
    try {
      yield* job()
    } catch (error) {
      throw this.noted(error)
    }
  }

  private throwIfDead(): void {
    if (this.dead && Math.abs(this.now() - this.dead.since) < this.dead.span) throw this.dead.error // also if the clock is set back
  }

  private noted(thrown: unknown): Error {
    const isDoubtful = this.hasWorked && thrown instanceof ProviderError && thrown.status === 401
    const error = isDoubtful && thrown.code === 'reauthorise' ? triedAgain(thrown) : (thrown as Error)
    this.health.failed(error)
    if (error instanceof ProviderError && error.code === 'reauthorise') {
      const span = this.dead ? 2 * this.dead.span : FIRST_SPAN
      this.dead = { error, since: this.now(), span: isDoubtful ? Math.min(span, LEFT_ALONE) : LEFT_ALONE }
    }
    return error
  }
}

/** The refusal of a login that has worked: a server may only be unwell, so that its owner need not hurry. */
function triedAgain(error: ProviderError): ProviderError {
  const { code, status, retryAt } = error
  const message =
    'This log-in worked before, so it is tried again by itself: after a minute, then less and less often, at least ' +
    `every ${LEFT_ALONE / 60_000} minutes. If it goes on: ${error.message}`
  return new ProviderError(code, message, { cause: error, status, ...(retryAt === undefined ? {} : { retryAt }) })
}
