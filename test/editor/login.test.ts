import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { LOGIN } from '../simulators/google'
import { browserMissing, Editor, ELSEWHERE, launchBrowser } from './browser'
import { ADMIN, ID, LoginStage, USERS } from './login-stage'
import { startProxy } from './proxy'

const APPLE_PASSWORD = 'abcd-efgh-ijkl-mnop'
const ROUTES = ['calendars', 'test', 'login', 'login/paste', 'login/result', 'login/cancel']

describe('From installed to connected', function () {
  const stage = new LoginStage()
  let browser: Browser
  let editor: Editor
  const ends: (() => Promise<void>)[] = []

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    await stage.start()
    browser = await launchBrowser()
    ends.push(() => browser.close())
    editor = await Editor.open(browser, stage.nodeRed.url, 'en-US', ADMIN)
  })

  after(async () => {
    for (const end of ends.reverse()) await end()
    await stage.stop()
  })

  /** Fills in a new Google account up to the Connect button. */
  async function newGoogleAccount(where: Editor, name: string): Promise<void> {
    await where.openConfig('calsync-google-account', '_ADD_')
    await where.fill('#node-config-input-name', name)
    await where.page.click('#calsync-google-advanced summary')
    for (const [key, url] of Object.entries(stage.googleAddresses())) await where.fill(`#node-config-input-${key}`, url)
    await where.page.click('#calsync-google-advanced summary')
    await where.fill('#node-config-input-clientId', LOGIN.clientId)
    await where.fill('#node-config-input-clientSecret', LOGIN.clientSecret)
  }

  const says = (where: Editor, selector: string, words: string): Promise<void> =>
    where.page.locator(selector, { hasText: words }).waitFor()

  /** The deployed node with a name. */
  async function deployed(name: string): Promise<{ id: string; account?: string }> {
    const answer = await stage.ask('flows', await stage.tokenOf(ADMIN))
    const flows = (await answer.json()) as { id: string; name?: string; account?: string }[]
    const node = flows.find((each) => each.name === name)
    assert.ok(node, `${name} is not deployed`)
    return node
  }

  /** What the editor is told of a deployed account's credentials, and whose it is. */
  async function credentialsOf(type: string, name: string): Promise<Record<string, unknown>> {
    const { id, account } = await deployed(name)
    const answer = await stage.ask(`credentials/${type}/${id}`, await stage.tokenOf(ADMIN))
    return { ...((await answer.json()) as object), account }
  }

  const CONNECTED = {
    clientId: LOGIN.clientId,
    has_clientSecret: true,
    has_refreshToken: true,
    has_serviceAccountKey: false,
    account: 'someone@example.com',
  }

  it('takes the file of an OAuth client, and says if it is of the wrong type', async () => {
    await editor.openConfig('calsync-google-account', '_ADD_')
    const client = { client_id: '1.apps.googleusercontent.com', client_secret: 'GOCSPX-1' }
    for (const [type, isWrong] of [
      ['web', true],
      ['installed', false],
    ] as const) {
      await editor.fill('#node-config-input-clientId', JSON.stringify({ [type]: client }))
      assert.equal(await editor.page.inputValue('#node-config-input-clientId'), client.client_id)
      assert.equal(await editor.page.inputValue('#node-config-input-clientSecret'), client.client_secret)
      assert.equal(await editor.page.isVisible('#calsync-web-client'), isWrong)
      assert.ok(!(await editor.page.isVisible('#calsync-client-hint')))
      await editor.fill('#node-config-input-clientId', '2.apps.googleusercontent.com')
      assert.ok(!(await editor.page.isVisible('#calsync-web-client')))
    }
    await editor.cancel()
  })

  it('tests a Google account that is only typed in, where nothing was ever deployed, and says what is missing', async () => {
    await newGoogleAccount(editor, 'By redirect')
    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'the login (refresh token) is missing')
    await editor.pictures('google-new')
    await editor.fill('#node-config-input-clientSecret', `${LOGIN.clientSecret} `)
    await editor.page.locator('#calsync-test-result').waitFor({ state: 'hidden' })
    await editor.fill('#node-config-input-clientSecret', LOGIN.clientSecret)
  })

  it('connects it by a window that comes back by itself', async () => {
    const opened = editor.page.waitForEvent('popup')
    await editor.page.click('#calsync-connect')
    const popup = await opened
    await popup.getByText('You are signed in').waitFor()
    await popup.emulateMedia({ colorScheme: 'dark' })
    await editor.picture('google-came-back', popup)
    await popup.close()
    await says(editor, '#calsync-login-state', 'Connected as someone@example.com. Now press “Add”, then Deploy.')
    assert.equal(await editor.page.inputValue('#node-config-input-account'), 'someone@example.com')
    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'Signed in to Google as someone@example.com.')
    assert.deepEqual(await editor.page.locator('.calsync-calendars li').allInnerTexts(), ['someone@example.com'])
    await editor.pictures('google-connected')
    await editor.fill('#node-config-input-clientId', 'another')
    await says(editor, '#calsync-login-state', 'made with another client ID')
    await editor.fill('#node-config-input-clientId', LOGIN.clientId)
    await editor.page.locator('#calsync-login-state').waitFor({ state: 'hidden' })
    await editor.done()
    await editor.deploy()
    assert.deepEqual(await credentialsOf('calsync-google-account', 'By redirect'), CONNECTED)
  })

  it('connects one by the pasted address, behind a proxy, where no window may open', async () => {
    const prefix = '/api/hassio_ingress/long-token/'
    const proxy = await startProxy(new URL(stage.nodeRed.url), prefix)
    ends.push(() => proxy.close())
    const away = await Editor.open(browser, `http://${ELSEWHERE}:${proxy.port}${prefix}`, 'en-US', ADMIN)
    await newGoogleAccount(away, 'By address')
    await away.page.evaluate('window.open = () => null')
    await away.page.click('#calsync-connect')
    await says(away, '#calsync-login-state', 'blocked the window')
    assert.ok(!(await away.page.isVisible('.calsync-comes-back')))
    await away.pictures('google-paste')
    const opened = away.page.context().waitForEvent('page')
    await away.page.click('#calsync-login-page')
    const page = await opened
    const failed = await page.waitForEvent('requestfailed')
    assert.match(failed.url(), /^http:\/\/127\.0\.0\.1:\d+\/calsync\?/)

    await away.page.fill('#calsync-login-address', 'https://accounts.google.com/')
    await away.page.click('#calsync-login-finish')
    await says(away, '#calsync-login-state', 'Copy the whole address')
    await away.page.fill('#calsync-login-address', failed.url())
    await away.page.click('#calsync-login-finish')
    await says(away, '#calsync-login-state', 'Connected as someone@example.com')
    await away.done()
    await away.deploy()
    assert.deepEqual(await credentialsOf('calsync-google-account', 'By address'), CONNECTED)
    assert.deepEqual(away.problems, [])
    await away.page.context().close()
  })

  it('forgets a login whose dialog is cancelled', async () => {
    await stage.deploy()
    await editor.reload()
    await newGoogleAccount(editor, 'Never')
    stage.google.interfere = (when, { url }) =>
      when === 'before' && url.pathname === '/auth' ? new Response('Sign in') : undefined
    const opened = editor.page.waitForEvent('popup')
    await editor.page.click('#calsync-connect')
    const popup = await opened
    await popup.waitForURL('**/auth?**')
    const state = new URL(popup.url()).searchParams.get('state') ?? ''
    stage.google.interfere = () => undefined
    const cancelled = editor.page.waitForResponse((answer) => answer.url().endsWith('login/cancel'))
    await editor.cancel()
    await cancelled
    const late = await stage.ask(`calsync/google/callback?state=${state}&code=4/0`, undefined)
    assert.equal(late.status, 400)
  })

  it('connects an iCloud account, with hints at Apple’s password for Apple alone', async () => {
    await editor.openConfig('calsync-icloud-account', '_ADD_')
    await editor.fill('#node-config-input-name', 'Anna')
    await editor.fill('#node-config-input-username', 'anna@example.com')
    await editor.fill('#node-config-input-password', 'hunter2')
    const hint = editor.page.locator('#calsync-password-hint')
    assert.ok(await hint.isVisible())
    assert.equal(await editor.page.locator('.calsync-apple a').getAttribute('href'), 'https://account.apple.com')
    await editor.pictures('icloud-hint')
    await editor.fill('#node-config-input-password', APPLE_PASSWORD)
    assert.ok(!(await hint.isVisible()))
    await editor.fill('#node-config-input-serverUrl', stage.icloudUrl)
    await editor.fill('#node-config-input-password', 'hunter2')
    assert.deepEqual([await hint.isVisible(), await editor.page.isVisible('.calsync-apple')], [false, false])

    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'refuses the user name and password')
    await editor.pictures('icloud-refused')
    await editor.fill('#node-config-input-password', APPLE_PASSWORD)
    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'Signed in to 127.0.0.1')
    assert.ok((await editor.page.locator('.calsync-calendars li').allInnerTexts()).includes('Verein (read-only)'))
    await editor.pictures('icloud-tested')
    await editor.done()
    await editor.deploy()
    const { username, has_password: hasPassword } = await credentialsOf('calsync-icloud-account', 'Anna')
    assert.deepEqual([username, hasPassword], ['anna@example.com', true])
  })

  it('tests a deployed account with the stored password, which the browser never sees', async () => {
    const { id } = await deployed('Anna')
    await editor.openConfig('calsync-icloud-account', id)
    assert.equal(await editor.page.inputValue('#node-config-input-password'), '__PWRD__')
    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'Signed in to 127.0.0.1')
    await editor.cancel()
  })

  it('shows a login that dies on the account and its nodes, and repairs it without the client secret', async () => {
    const status = (id: string, words: string): Promise<unknown> =>
      editor.page.waitForFunction(`(RED.nodes.node('${id}').status || {}).text === '${words}'`)
    await editor.page.evaluate(`$.post('inject/${ID.inject}')`)
    await status(ID.source, '0 events')
    stage.google.tokens.endLogins()
    await editor.page.evaluate(`$.post('inject/${ID.inject}')`)
    for (const id of [ID.source, ID.sink, ID.google]) await status(id, 're-authorise')

    await editor.openConfig('calsync-google-account', ID.google)
    assert.ok(await editor.page.isVisible('#calsync-dead'))
    assert.equal(
      await editor.page.evaluate(`RED.utils.getNodeLabel(RED.nodes.node('${ID.google}'))`),
      'Mine (re-authorise)',
    )
    assert.equal(await editor.page.inputValue('#node-config-input-clientSecret'), '__PWRD__')
    await editor.page.click('#calsync-test')
    await says(editor, '#calsync-test-result', 'Publish app')
    await editor.pictures('google-dead')
    await editor.page.click('#calsync-connect')
    await says(editor, '#calsync-login-state', 'Connected as someone@example.com')
    await editor.done()
    await editor.deploy()
    await editor.page.waitForFunction(`!RED.nodes.node('${ID.google}').status.text`)
    await editor.page.evaluate(`$.post('inject/${ID.inject}')`)
    await status(ID.source, '0 events')
  })

  it('speaks German to a German browser', async () => {
    const german = await Editor.open(browser, stage.nodeRed.url, 'de', ADMIN)
    await german.openConfig('calsync-google-account', ID.google)
    const text = await german.text()
    for (const words of ['Verbinden', 'Verbindung testen', 'Clientschlüssel']) assert.ok(text.includes(words), words)
    await german.picture('google-de')
    await german.cancel()
    await german.openConfig('calsync-icloud-account', '_ADD_')
    assert.match(await german.text(), /app-spezifisches Passwort/)
    await german.picture('icloud-de')
    assert.deepEqual(german.problems, [])
    await german.page.context().close()
  })

  it('lets only those in who may deploy', async () => {
    for (const user of [undefined, USERS.reader, USERS.half]) {
      const token = user && (await stage.tokenOf(user))
      assert.ok(!user || token, `${user?.username ?? ''} could not log in`)
      for (const route of ROUTES) {
        for (const type of route.startsWith('login') ? ['google'] : ['google', 'icloud']) {
          const path = `calsync/${type}/${route}`
          const { status } = await stage.ask(path, token, { method: 'POST', body: JSON.stringify({ id: ID.google }) })
          assert.equal(status, 401, `${user?.username ?? 'nobody'}: ${path}`)
        }
      }
    }
    const admin = await stage.tokenOf(ADMIN)
    const body = JSON.stringify({ id: ID.google })
    assert.equal((await stage.ask('calsync/google/test', admin, { method: 'POST', body })).status, 200)
    assert.equal((await stage.ask('calsync/metrics', undefined)).status, 401)
    assert.equal((await stage.ask('calsync/metrics', await stage.tokenOf(USERS.reader))).status, 200)
  })

  it('writes no secret into the flow, the log or the credentials file', async () => {
    const tokens = ['1//simulated', 'refresh-token', LOGIN.clientSecret, APPLE_PASSWORD, '4/0simulated', 'ya29.']
    const places = {
      flow: await stage.file('flows.json'),
      credentials: await stage.file('flows_cred.json'),
      log: stage.nodeRed.log.join('\n'),
    }
    assert.match(places.log, /\/token: 200/, 'the log tells of requests')
    for (const [place, text] of Object.entries(places)) {
      for (const token of tokens) assert.ok(!text.includes(token), `${token} is in the ${place}`)
    }
  })

  it('has thrown no error all the while', () => {
    assert.deepEqual(editor.problems, [])
  })
})
