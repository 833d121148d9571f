import { ProviderError } from '../event/calendar'
import { maybeDeclined } from '../ical'
import { isInternalError } from './changes'
import type { Dav } from './dav'
import { props } from './dav'
import type { Account } from './discovery'
import { inner, listOf, textIn } from './value'

/** By which addresses the owner of an account is known: the log-in if it is a mail address, and what the server says. */
export class Owner {
  private others: readonly string[] = []
  private asked: Promise<readonly string[]> | undefined

  /** @param login the mail address that the account signs in with, if it does with one */
  constructor(
    readonly login: string | undefined,
    private readonly dav: Dav,
    private readonly findAccount: (signal: AbortSignal) => Promise<Account>,
  ) {}

  /** Mail addresses and hrefs, as far as they are known. */
  get addresses(): readonly string[] {
    return this.login === undefined ? this.others : [this.login, ...this.others]
  }

  /**
   * Asks the server, once, if only another address than the log-in tells whether the owner has declined what a text
   * says. A server that does not tell knows no other.
   *
   * @throws ProviderError as `Connection.send`
   */
  async learnFor(text: string, signal: AbortSignal): Promise<void> {
    if (!maybeDeclined(text, this.addresses)) return
    this.asked ??= this.ask(signal)
    try {
      this.others = await this.asked
    } catch (error) {
      this.asked = undefined
      throw error
    }
  }

  /** The principal's calendar-user-address-set (RFC 6638 2.4.1). */
  private async ask(signal: AbortSignal): Promise<readonly string[]> {
    try {
      const { principal } = await this.findAccount(signal)
      if (!principal) return []
      const found = await this.dav.propfind(principal, props('c:calendar-user-address-set'), '0', signal)
      const set = found.ok ? found.responses[0]?.props.calendarUserAddressSet : undefined
      return listOf(inner(set, 'href')).flatMap((href) => textIn(href).trim() || [])
    } catch (error) {
      if (isInternalError(error) || (error instanceof ProviderError && error.code === 'bad-answer')) return []
      throw error
    }
  }
}
