import { Account } from './account'
import type { Patience } from './account'
import { permissionFor, soon } from './account-routes'
import { checkWishIn, prepareCheck } from './check'
import { Checks } from './checks'
import { accountOfDialog } from './dialog'
import type { Engine } from './engine'
import type { NodeAPI } from './node-red'
import { PROVIDERS } from './providers'
import type { Asked, Route } from './routes'
import { textIn } from './routes'
import { whyNotScratch } from './scratch'

/** A check shows what the server does, not what comes of trying long. */
const PATIENCE: Patience = { tries: 2, timeout: 60_000, retryFor: 30_000 }

/**
 * The routes of a check of the account that a dialog shows, which goes on while the dialog asks for it:
 *
 * - `POST /calsync/<accountType>/check` `{id, values, scratch?, second?, confirm?}` -> `{check}`, its name; or
 *   `{text, confirm}`: what the owner has to agree to first
 * - `POST .../check/result` `{check}` -> `{is: "running", lines, of}`, or once `{is: "done", text, lines, report}` or
 *   `{is: "failed", message}`
 * - `POST .../check/cancel` `{check}` -> `{}`
 *
 * @param newKey a text that nobody can guess
 */
export function checkRoutes(RED: NodeAPI, engine: Engine, newKey: () => string): Route[] {
  const { around } = engine
  const checks = new Checks(around.now, around.sleep, newKey)

  async function begin(type: string, { body, signal }: Asked): Promise<object> {
    const settings = accountOfDialog(RED, type, body)
    const wish = checkWishIn(body)
    const provider = await new Account(type, settings, around, PATIENCE).provider()
    const checking = { type, provider, around, whyNot: whyNotScratch(RED, engine), salt: newKey() }
    const prepared = await soon(around, signal, (until) => prepareCheck(checking, wish, until))
    return prepared.is === 'question' ? prepared.answer : { check: checks.begin((...how) => prepared.run(...how)) }
  }

  return Object.keys(PROVIDERS).flatMap((type) => {
    const post = (path: string, answer: (asked: Asked) => object | Promise<object>): Route => ({
      method: 'post',
      path: `/calsync/${type}/${path}`,
      permission: permissionFor(type),
      answer: async (asked) => ({ is: 'json', value: await answer(asked) }),
    })
    return [
      post('check', (asked) => begin(type, asked)),
      post('check/result', ({ body }) => checks.state(textIn(body, 'check'))),
      post('check/cancel', ({ body }) => {
        checks.cancel(textIn(body, 'check'))
        return {}
      }),
    ]
  })
}
