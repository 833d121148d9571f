import assert from 'node:assert/strict'
import { get, post } from './admin'
import type { Answer } from './admin'
import { Flow, ID } from './flow'

const SECRETS = ['client-secret', 'refresh-token']
/** What only the one answer to the dialog may hold. */
const TOKEN = /1\/\/simulated/

/** A login from the dialog of the Google account, by the routes that the dialog uses. */
class Login {
  readonly answers: Answer[] = []

  constructor(private readonly flow: Flow) {}

  private async post(path: string, body: object): Promise<Answer> {
    const answer = await post(`/calsync/google/${path}`, body)
    this.answers.push(answer)
    return answer
  }

  async begin(values: Record<string, string> = {}, editor = 'http://127.0.0.1:1880/'): Promise<Answer> {
    return this.post('login', { id: ID.googleAccount, values: { authUrl: 'http://google/auth', ...values }, editor })
  }

  /** The browser at the login page: the address that it ends on. */
  async browse(begun: Answer): Promise<URL> {
    const page = await this.flow.google.fetch(String(begun.body.url), { redirect: 'manual' })
    return new URL(page.headers.get('location') ?? 'http://no-redirect/')
  }

  /** The browser comes back by itself; Google's page is another site. */
  async callback(address: URL): Promise<Answer> {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    const answer = await get(address.pathname + address.search, headers)
    this.answers.push(answer)
    return answer
  }

  paste = (begun: Answer, address: string): Promise<Answer> =>
    this.post('login/paste', { login: begun.body.login, address })
  result = (begun: Answer): Promise<Answer> => this.post('login/result', { login: begun.body.login })
  cancel = (begun: Answer): Promise<Answer> => this.post('login/cancel', { login: begun.body.login })
}

describe('a login from the dialog of a Google account', () => {
  let flow: Flow
  let login: Login
  beforeEach(async () => {
    flow = new Flow()
    login = new Login(flow)
    await flow.start()
  })
  afterEach(() => flow.stop())

  it('comes back by itself, and hands its token to the dialog, once', async () => {
    const begun = await login.begin()
    assert.equal(begun.body.comesBack, true)
    assert.deepEqual((await login.result(begun)).body, { is: 'pending' })
    const page = await login.callback(await login.browse(begun))
    assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8'])
    assert.match(page.text, /You are signed in/)
    const result = await login.result(begun)
    assert.equal(result.body.is, 'done')
    const { refreshToken, account } = result.body.values as Record<string, string>
    assert.equal(account, 'someone@example.com')
    const values = { refreshToken: refreshToken ?? '' }
    assert.equal((await post('/calsync/google/test', { id: ID.googleAccount, values })).status, 200)
    assert.equal((await login.result(begun)).status, 422)
  })

  it('is finished by the address that is pasted, where it can’t come back by itself', async () => {
    for (const editor of ['http://192.168.1.5:1880/', 'https://ha.example.com/api/hassio_ingress/token/']) {
      const begun = await login.begin({}, editor)
      assert.equal(begun.body.comesBack, false)
      const address = await login.browse(begun)
      assert.equal(address.hostname, '127.0.0.1')
      assert.deepEqual((await login.paste(begun, address.href)).body, {})
      assert.equal((await login.result(begun)).body.is, 'done')
    }
  })

  it('can be finished by pasting as well where it should have come back by itself', async () => {
    const begun = await login.begin()
    const address = await login.browse(begun)
    assert.equal((await login.paste(begun, address.href)).status, 200)
    assert.match((await login.callback(address)).text, /not signed in/)
    assert.equal((await login.result(begun)).body.is, 'done')
  })

  it('tells of its token nowhere else, and of no other secret', async () => {
    const begun = await login.begin()
    const address = await login.browse(begun)
    await login.callback(address)
    await login.callback(address)
    await login.paste(begun, address.href)
    for (const { text } of login.answers) assert.doesNotMatch(text, TOKEN)
    await login.result(begun)
    await login.result(begun)
    assert.equal(login.answers.filter(({ text }) => TOKEN.test(text)).length, 1)
    const said = login.answers.map(({ text, headers }) => text + JSON.stringify(headers)).join()
    for (const secret of SECRETS) assert.ok(!said.includes(secret), secret)
    assert.doesNotMatch(address.href + String(begun.body.url), TOKEN)
  })

  it('uses a state once, and no state that it did not give', async () => {
    const begun = await login.begin()
    const address = await login.browse(begun)
    const asked = flow.google.requests.length
    for (const state of ['', 'guess', String(begun.body.login)]) {
      const forged = new URL(address)
      forged.searchParams.set('state', state)
      assert.equal((await login.callback(forged)).status, 400)
    }
    assert.equal(flow.google.requests.length, asked, 'no code was exchanged')
    assert.equal((await login.callback(address)).status, 200)
    assert.equal((await login.callback(address)).status, 400)
    assert.equal(flow.google.requests.filter(({ path }) => path === '/token').length, 1)
  })

  it('puts nothing of the address on its page', async () => {
    const forged = new URL('http://127.0.0.1/calsync/google/callback?state=<script>a</script>&error=<b>b</b>')
    const { text, headers } = await login.callback(forged)
    assert.doesNotMatch(text, /<script|<b>/)
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/)
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cache-control'], 'no-store')
  })

  it('takes no address of a page that asks for something else, and says what to paste', async () => {
    const begun = await login.begin({}, 'http://192.168.1.5:1880/')
    for (const address of [String(begun.body.url), 'hello', '']) {
      const answer = await login.paste(begun, address)
      assert.equal(answer.status, 400)
      assert.match(String(answer.body.message), /Copy the whole address/)
    }
    const other = await login.browse(await login.begin({}, 'http://192.168.1.5:1880/'))
    assert.equal((await login.paste(begun, other.href)).status, 422)
    assert.deepEqual((await login.result(begun)).body, { is: 'pending' })
  })

  it('says that access was not allowed', async () => {
    flow.google.tokens.consent.denies = true
    const begun = await login.begin()
    assert.match((await login.callback(await login.browse(begun))).text, /not allowed/)
    const result = await login.result(begun)
    assert.equal(result.body.is, 'failed')
    assert.match(String(result.body.message), /not allowed/)
  })

  it('says at once what is missing', async () => {
    for (const [name, words] of [
      ['clientId', /client ID is missing/],
      ['clientSecret', /client secret is missing/],
    ] as const) {
      const begun = await login.begin({ [name]: '' })
      assert.equal(begun.status, 422)
      assert.match(String(begun.body.message), words)
    }
    const script = await login.begin({ authUrl: 'javascript:alert(1)' })
    assert.match(String(script.body.message), /no web address/)
  })

  it('needs no secret typed again, but sends a stored one nowhere else', async () => {
    const stored = await login.begin({ clientSecret: '__PWRD__' })
    assert.equal(stored.status, 200)
    const elsewhere = await login.begin({ clientSecret: '__PWRD__', tokenUrl: 'http://127.0.0.1:9/token' })
    assert.equal(elsewhere.body.code, 'calsync.config')
  })

  it('is forgotten when its dialog is closed', async () => {
    const begun = await login.begin()
    const address = await login.browse(begun)
    assert.equal((await login.cancel(begun)).status, 200)
    assert.equal((await login.callback(address)).status, 400)
    assert.equal((await login.result(begun)).status, 422)
  })

  it('can be set off by no page of another site', async () => {
    for (const path of ['login', 'login/paste', 'login/result', 'login/cancel', 'test', 'calendars']) {
      const answer = await post(`/calsync/google/${path}`, {}, { origin: 'https://evil.example.com' })
      assert.equal(answer.status, 403, path)
    }
  })
})
