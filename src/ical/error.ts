import { EventError } from '../event/fault'

/** So much of a reason is kept, and of a title: they cite texts from outside. */
const LONGEST = 300

const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 100)}…${text.slice(-99)}` : text

/** Why a resource can't be read or written, in words for the owner of the calendar. */
export class IcalError extends EventError {
  override readonly name = 'IcalError'
  readonly reason: string
  readonly title: string | undefined
  /**
   * @param reason what is wrong with the text, and where
   * @param title the event's SUMMARY, where it could be found
   * @param uid the event's UID, where it could be found and nothing says that the event is known by another
   */
  constructor(
    reason: string,
    title?: string,
    readonly uid?: string,
  ) {
    const [why, what] = [shortened(reason), title === undefined ? undefined : shortened(title)]
    super(what === undefined ? why : `"${what}": ${why}`)
    this.reason = why
    this.title = what
  }
}
