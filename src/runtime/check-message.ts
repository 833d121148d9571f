import type { CheckAnswer, CheckLine, TellLine } from './check'
import { checkWishIn, prepareCheck } from './check'
import type { CalendarAccess, Engine } from './engine'
import type { NodeAPI } from './node-red'
import { picked } from './plain'
import { whyNotScratch } from './scratch'

/** What came of it, in English alone. */
type Spoken = Omit<CheckAnswer, 'lines'> & { readonly lines: readonly Omit<CheckLine, 'seen'>[] }

/**
 * A check of the account of a calendar, asked for by a message.
 *
 * @param payload `{scratch?, second?, confirm?}`; anything but an object: nothing is written
 */
export async function checkByMessage(
  RED: NodeAPI,
  engine: Engine,
  access: CalendarAccess,
  payload: unknown,
  tell: TellLine,
  signal: AbortSignal,
): Promise<Spoken> {
  const wish = checkWishIn(picked(payload, ['scratch', 'second', 'confirm']))
  const provider = await access.connection()
  const salt = engine.newId() + engine.newId()
  const checking = { type: access.provider, provider, around: engine.around, whyNot: whyNotScratch(RED, engine), salt }
  const prepared = await prepareCheck(checking, wish, signal)
  if (prepared.is === 'ready') {
    const answer = await prepared.run(tell, signal)
    return { ...answer, lines: answer.lines.map(({ seen: _, ...line }) => line) }
  }
  return { ...prepared.answer, text: `${prepared.answer.text} Send the message with confirm: true to agree.` }
}
