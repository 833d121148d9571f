/** Why a resource can't be read or written, in words for the owner of the calendar. */
export class IcalError extends Error {
  override readonly name = 'IcalError'
  /**
   * @param reason what is wrong with the text, and where
   * @param title the event's SUMMARY, where it could be found
   * @param uid the event's UID, where it could be found and nothing says that the event is known by another
   */
  constructor(
    readonly reason: string,
    readonly title?: string,
    readonly uid?: string,
  ) {
    super(title === undefined ? reason : `"${title}": ${reason}`)
  }
}
