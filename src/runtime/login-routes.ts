import { accountFetch } from './account'
import { PATIENCE, permissionFor } from './account-routes'
import { accountOfDialog } from './dialog'
import { asCalSyncError } from './errors'
import { loginPage } from './login-page'
import { Logins } from './logins'
import type { CameWith } from './logins'
import type { NodeAPI } from './node-red'
import { PROVIDERS } from './providers'
import type { BrowserLogin } from './providers'
import { comeBackIn, redirectFor } from './redirect'
import type { Asked, Reply, Route } from './routes'
import { invalidInput, textIn } from './routes'
import { Secrets } from './secrets'
import type { Surroundings } from './surroundings'

/**
 * The routes of logins on a provider's page. The token goes through the dialog that began the login, which puts it into
 * its input: from there it is deployed, or forgotten, as any other credential.
 *
 * - `POST /calsync/<accountType>/login` `{id, values, editor}` -> `{login, url, comesBack}`; `editor`: its own address
 * - `GET /calsync/<accountType>/callback?state&code|error`: the browser comes back by itself
 * - `POST .../login/paste` `{login, address}` -> `{}`: or the user pastes the address on which it ended
 * - `POST .../login/result` `{login}` -> `{is: "pending"}`, or once `{is: "done", values}` or `{is: "failed", message}`
 * - `POST .../login/cancel` `{login}` -> `{}`
 *
 * @param newKey a text that nobody can guess, of 43 to 128 letters, digits, `-` and `_`
 */
export function loginRoutes(RED: NodeAPI, around: Surroundings, newKey: () => string): Route[] {
  return Object.entries(PROVIDERS).flatMap(([type, { login }]) =>
    login ? new LoginRoutes(RED, around, type, login, newKey).routes : [],
  )
}

class LoginRoutes {
  private readonly logins: Logins

  constructor(
    private readonly RED: NodeAPI,
    private readonly around: Surroundings,
    private readonly type: string,
    private readonly login: BrowserLogin,
    private readonly newKey: () => string,
  ) {
    this.logins = new Logins(around.now, newKey)
  }

  get routes(): Route[] {
    const post = (path: string, answer: (body: Asked['body']) => object | Promise<object>): Route => ({
      method: 'post',
      path: `/calsync/${this.type}/${path}`,
      permission: permissionFor(this.type),
      answer: async ({ body }) => ({ is: 'json', value: await answer(body) }),
    })
    const callback: Route = {
      method: 'get',
      path: `/calsync/${this.type}/callback`,
      permission: 'none', // a browser that comes from another site bears none; the state is the key
      answer: ({ query }) => this.callback(query),
    }
    return [
      callback,
      post('login', (body) => this.begin(body)),
      post('login/paste', (body) => this.paste(body)),
      post('login/result', (body) => this.logins.take(textIn(body, 'login')) ?? { is: 'pending' }),
      post('login/cancel', (body) => {
        this.logins.forget(textIn(body, 'login'))
        return {}
      }),
    ]
  }

  private async begin(body: Asked['body']): Promise<object> {
    const none = Object.fromEntries(this.login.replaces.map((name) => [name, '']))
    const values: unknown = body['values'] ?? {}
    const typed = typeof values === 'object' && values !== null ? { ...values, ...none } : values
    const settings = accountOfDialog(this.RED, this.type, { ...body, values: typed })
    const { uri, comesBack } = redirectFor(textIn(body, 'editor'), `calsync/${this.type}/callback`)
    const attempt = { redirectUri: uri, verifier: this.newKey() }
    const secrets = new Secrets(this.type, settings)
    const world = { fetch: accountFetch(this.type, settings, this.around, secrets, PATIENCE), now: this.around.now }
    const exchange = (code: string): ReturnType<BrowserLogin['exchange']> =>
      secrets.keptBy(async () => {
        const { values, trouble } = await this.login.exchange(settings, attempt, code, world)
        return { values, ...(trouble !== undefined && { trouble: secrets.over(trouble) }) }
      })
    const { id, state } = this.logins.begin(exchange)
    try {
      return { login: id, url: await this.login.url(settings, attempt, state), comesBack }
    } catch (error) {
      this.logins.forget(id)
      throw error
    }
  }

  private async callback({ state, code, error }: Asked['query']): Promise<Reply> {
    try {
      if (!state || !(code || error)) throw invalidInput(NOT_BEGUN)
      const outcome = await this.logins.cameBack(state, await this.cameWith(code, error))
      if (outcome.is === 'failed') return loginPage('You are not signed in', outcome.message, false)
      const next = 'Close this window. In Node-RED, press Add or Update in the account’s dialog, and Deploy.'
      return loginPage('You are signed in', next, true)
    } catch (thrown) {
      return loginPage('You are not signed in', asCalSyncError(thrown).message, false)
    }
  }

  private async paste(body: Asked['body']): Promise<object> {
    const found = comeBackIn(textIn(body, 'address'))
    if (!found) throw invalidInput(NOT_THE_ADDRESS)
    await this.logins.cameBack(found.state, await this.cameWith(found.code, found.error), textIn(body, 'login'))
    return {}
  }

  private async cameWith(code: string | undefined, error: string | undefined): Promise<CameWith> {
    return code ? { code } : { refused: await this.login.refusal(error ?? '') }
  }
}

const NOT_BEGUN = 'This page belongs to a login that is begun in Node-RED, in the dialog of an account.'
const NOT_THE_ADDRESS =
  'This is not the address on which the browser ended. Sign in to the end and agree; the browser then shows a page that ' +
  'can’t be reached. Copy the whole address of that page: it begins with http:// and holds “state=” and “code=”.'
