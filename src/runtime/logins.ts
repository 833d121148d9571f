import { asCalSyncError, CalSyncError } from './errors'

/** How long a login may take, in milliseconds. */
export const LOGIN_TIME = 10 * 60_000
/** So many logins are kept at a time; a further one drops the oldest. */
const MOST_LOGINS = 20

/** What came of a login: values for the inputs of the dialog that began it, or why there are none. */
export type LoginOutcome =
  | { readonly is: 'done'; readonly values: Readonly<Record<string, string>>; readonly trouble?: string }
  | { readonly is: 'failed'; readonly message: string }

/** What the browser came back with: a code, or why the provider gave none. */
export type CameWith = { readonly code: string } | { readonly refused: string }

/** Exchanges the code that the browser came back with; rejects with what is wrong. */
export type Exchange = (code: string) => Promise<Omit<LoginOutcome & { is: 'done' }, 'is'>>

type Stage =
  | { readonly is: 'begun'; readonly state: string; readonly exchange: Exchange }
  | { readonly is: 'exchanging' }
  | { readonly is: 'over'; readonly outcome: LoginOutcome }
type Login = { readonly until: number; stage: Stage }

/**
 * The logins that dialogs have begun, in memory only. A login has two names: the `state` travels through the browser
 * and the provider, and works once; the `id` is known to the dialog alone, which asks by it for what came of it, once.
 */
export class Logins {
  private readonly logins = new Map<string, Login>()

  /** @param newKey a text that nobody can guess, another one each time */
  constructor(
    private readonly now: () => number,
    private readonly newKey: () => string,
  ) {}

  /** Begins a login. `exchange` is called with its code, at most once. */
  begin(exchange: Exchange): { readonly id: string; readonly state: string } {
    this.dropOld()
    const [oldest] = this.logins.keys()
    if (this.logins.size >= MOST_LOGINS && oldest !== undefined) this.logins.delete(oldest)
    const [id, state] = [this.newKey(), this.newKey()]
    this.logins.set(id, { until: this.now() + LOGIN_TIME, stage: { is: 'begun', state, exchange } })
    return { id, state }
  }

  /**
   * The browser came back. Whatever becomes of it, the state is used up. Resolves with the outcome, which then waits for
   * the dialog.
   *
   * @param id only this login's state counts; undefined: any
   * @throws CalSyncError if no such login is under way
   */
  async cameBack(state: string, came: CameWith, id?: string): Promise<LoginOutcome> {
    this.dropOld()
    for (const [key, login] of this.logins) {
      const { stage } = login
      if (stage.is !== 'begun' || stage.state !== state || (id ?? key) !== key) continue
      login.stage = { is: 'exchanging' } // before anything is waited for: the state works once
      const outcome = await outcomeOf(came, stage.exchange)
      login.stage = { is: 'over', outcome }
      return outcome
    }
    throw new CalSyncError('no-such-login', UNKNOWN_STATE)
  }

  /** What came of a login, once; undefined while it is under way. Throws if it is not known, or not any more. */
  take(id: string): LoginOutcome | undefined {
    this.dropOld()
    const login = this.logins.get(id)
    if (!login) throw new CalSyncError('no-such-login', UNKNOWN_LOGIN)
    if (login.stage.is !== 'over') return undefined
    this.logins.delete(id)
    return login.stage.outcome
  }

  /** The dialog was closed: what comes back later is of no use. */
  forget(id: string): void {
    this.logins.delete(id)
  }

  private dropOld(): void {
    for (const [id, { until }] of this.logins) if (until <= this.now()) this.logins.delete(id)
  }
}

async function outcomeOf(came: CameWith, exchange: Exchange): Promise<LoginOutcome> {
  if ('refused' in came) return { is: 'failed', message: came.refused }
  try {
    return { is: 'done', ...(await exchange(came.code)) }
  } catch (error) {
    return { is: 'failed', message: asCalSyncError(error).message }
  }
}

const UNKNOWN_STATE =
  'This login is not under way: it took longer than ten minutes, was used already, or belongs to another attempt. ' +
  'Press Connect in the account’s dialog again.'
const UNKNOWN_LOGIN = 'This login is not under way any more: it took longer than ten minutes. Press Connect again.'
