import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { get, post } from './admin'
import { clash } from './dialogue'
import { LOGIN } from '../simulators/google'
import { inStep } from './events'
import { Flow, ID } from './flow'
import { PASSWORD } from './wiring'

describe('the admin routes of a Node-RED', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('serve the metrics page to its user, and to no page of another site', async () => {
    await inStep(flow)
    const { status, text } = await get('/calsync/metrics')
    assert.equal(status, 200)
    assert.match(text, /calsync_runs_total\{pair="[^"]+",result="success"\} \d+/)
    for (const secret of ['app-pass-word-xxxx', 'client-secret', 'refresh-token']) assert.ok(!text.includes(secret))
    const cross = await get('/calsync/metrics', { 'sec-fetch-site': 'cross-site' })
    const foreign = await get('/calsync/metrics', { origin: 'https://evil.example.com' })
    assert.deepEqual([cross.status, foreign.status], [403, 403])
  })

  it('take JSON only, from pages of their own site only', async () => {
    await flow.start()
    const path = '/calsync/google/calendars'
    const account = { id: ID.googleAccount }
    const statuses = async (...headers: Record<string, string>[]): Promise<number[]> =>
      Promise.all(headers.map(async (each) => (await post(path, account, each)).status))
    assert.deepEqual(
      await statuses(
        {},
        { 'sec-fetch-site': 'same-origin', origin: 'https://proxy.example.com' },
        { host: 'pi.local:1880', origin: 'http://pi.local:1880' },
        { host: '127.0.0.1:46836', 'x-forwarded-host': 'home.example.com', origin: 'https://home.example.com' },
      ),
      [200, 200, 200, 200],
    )
    assert.deepEqual(
      await statuses(
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { host: 'pi.local:1880', origin: 'http://evil.example.com' },
        { host: 'pi.local:1880', origin: 'http://pi.local:8080' },
        { host: 'pi.local:1880', origin: 'null' },
      ),
      [403, 403, 403, 403, 403],
    )
    const form = await post(path, `id=${ID.googleAccount}`, { 'content-type': 'application/x-www-form-urlencoded' })
    const plain = await post(path, JSON.stringify(account), { 'content-type': 'text/plain' })
    assert.deepEqual([form.status, plain.status], [415, 415])
    assert.match(String(form.body.message), /application\/json/)
  })

  it('list the calendars of a deployed account', async () => {
    flow.google.addCalendar({ id: 'team@example.com', summary: 'Team', role: 'reader' })
    await flow.start()
    const google = await post('/calsync/google/calendars', { id: ID.googleAccount })
    const icloud = await post('/calsync/icloud/calendars', { id: ID.icloudAccount, values: { password: '__PWRD__' } })
    const namesOf = (list: unknown): [string, boolean][] =>
      (list as { name: string; writable: boolean }[]).map(({ name, writable }) => [name, writable])
    assert.deepEqual(namesOf(google.body.calendars), [
      ['someone@example.com', true],
      ['Team', false],
    ])
    assert.ok(namesOf(icloud.body.calendars).some(([name, writable]) => name === 'Privat' && writable))
    for (const { text } of [google, icloud]) {
      for (const secret of [PASSWORD, 'client-secret', 'refresh-token']) assert.ok(!text.includes(secret))
    }
  })

  it('list the calendars of an account that is only typed in, with values from the environment', async () => {
    await flow.start()
    const values = { serverUrl: flow.icloud.options.origin, username: 'anna', password: '${CALSYNC_TEST_PASSWORD}' }
    const asked = { id: '00000000000000ff', values }
    const without = await post('/calsync/icloud/calendars', asked)
    assert.deepEqual([without.status, without.body.code], [422, 'calsync.reauthorise'])
    assert.match(String(without.body.message), /\$\{CALSYNC_TEST_PASSWORD\}, which is not set/)
    process.env.CALSYNC_TEST_PASSWORD = PASSWORD
    try {
      assert.equal((await post('/calsync/icloud/calendars', asked)).status, 200)
      const spelledOld = { ...asked, values: { ...values, password: '$(CALSYNC_TEST_PASSWORD)' } }
      assert.equal((await post('/calsync/icloud/calendars', spelledOld)).status, 200)
    } finally {
      delete process.env.CALSYNC_TEST_PASSWORD
    }
  })

  it('resolve what Node-RED’s own global environment holds, for an account that is not deployed too', async () => {
    const env = [{ name: 'ICLOUD_PASSWORD', value: PASSWORD, type: 'str' }]
    const globals = { id: '00000000000000e0', type: 'global-config', env }
    await flow.start({ edit: (nodes) => [...nodes, globals] })
    const values = { serverUrl: flow.icloud.options.origin, username: 'anna', password: '${ICLOUD_PASSWORD}' }
    for (const id of [ID.icloudAccount, '00000000000000ff']) {
      assert.equal((await post('/calsync/icloud/test', { id, values })).status, 200, id)
    }
  })

  it('send a stored secret to the stored address only', async () => {
    await flow.start()
    const elsewhere = { serverUrl: `${flow.icloud.options.origin}/elsewhere/` }
    flow.takeRequests()
    const stored = await post('/calsync/icloud/calendars', { id: ID.icloudAccount, values: elsewhere })
    assert.deepEqual([stored.status, stored.body.code], [422, 'calsync.config'])
    assert.match(String(stored.body.message), /enter the password/)
    assert.deepEqual(flow.takeRequests().icloud, [])
    const typed = await post('/calsync/icloud/calendars', {
      id: ID.icloudAccount,
      values: { ...elsewhere, password: PASSWORD },
    })
    assert.equal(typed.status, 200)
    for (const values of [{ tokenUrl: 'http://127.0.0.1:9/token' }, { apiUrl: 'http://127.0.0.1:9/' }]) {
      const moved = await post('/calsync/google/calendars', {
        id: ID.googleAccount,
        values: { ...values, clientSecret: 'typed' },
      })
      assert.deepEqual([moved.status, moved.body.code], [422, 'calsync.config'], 'the refresh token is a stored secret')
    }
  })

  it('test a service account whose key is only typed in', async () => {
    await flow.start()
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const serviceAccountKey = JSON.stringify({ client_email: 'robot@example.com', private_key: privateKey })
    const asked = { id: '00000000000000fe', values: { ...flow.googleAddresses(), serviceAccountKey } }
    const tested = await post('/calsync/google/test', asked)
    assert.match(String(tested.body.text), /Signed in to Google as .+share one with this address/)
    const wrong = await post('/calsync/google/test', { ...asked, values: { serviceAccountKey: 'x'.repeat(20) } })
    assert.match(String(wrong.body.message), /whole JSON key file/)
  })

  it('say which address is none, and which variable of the environment is not there', async () => {
    await flow.start()
    const google = { ...flow.googleAddresses(), ...LOGIN }
    const icloud = { serverUrl: flow.icloud.options.origin, username: 'anna', password: PASSWORD }
    for (const [type, values, words] of [
      ['google', { ...google, apiUrl: 'googleapis' }, /"googleapis" is no web address of the API/],
      ['google', { ...google, tokenUrl: 'ftp://google/' }, /"ftp:\/\/google\/" is no web address of the token server/],
      ['google', { ...google, tokenUrl: '${NOWHERE}' }, /token server is \$\{NOWHERE\}, which is not set/],
      ['icloud', { ...icloud, serverUrl: '${NOWHERE}' }, /server address is \$\{NOWHERE\}, which is not set/],
      ['icloud', { ...icloud, serverUrl: 'http://' }, /"http:\/\/" is no server address/],
      ['icloud', { ...icloud, serverUrl: icloud.serverUrl.replace('http:', 'https:') }, /speaks no https at this port/],
    ] as const) {
      const tested = await post(`/calsync/${type}/test`, { id: '00000000000000fd', values })
      assert.equal(tested.status, 422)
      assert.match(String(tested.body.message), words)
    }
  })

  it('use the secrets of no other node', async () => {
    await flow.start()
    const other = await post('/calsync/google/calendars', { id: ID.icloudAccount })
    assert.deepEqual([other.status, other.body.code], [422, 'calsync.reauthorise'])
    assert.match(String(other.body.message), /client ID is missing/)
  })

  it('say what is wrong, without the password that a server quotes', async () => {
    await flow.start()
    flow.icloud.interfere = {
      before: () => new Response(`<title>no ${PASSWORD}</title>`, { status: 418 }),
    }
    const wrong = await post('/calsync/icloud/calendars', { id: ID.icloudAccount })
    assert.equal(wrong.status, 422)
    assert.ok(!wrong.text.includes(PASSWORD))
    for (const body of [{}, { id: 1 }, { id: 'a', values: 'b' }, { id: 'a', values: { name: 1 } }]) {
      const invalid = await post('/calsync/icloud/calendars', body)
      assert.deepEqual([invalid.status, invalid.body.code], [400, 'calsync.invalid-input'])
    }
  })

  it('tell on the metrics page, of each pair under one name how its runs went and what is open, also while reading fails', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    flow.google.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.endsWith('/events') ? new Response('<html>no</html>') : undefined
    const { errors } = await flow.sync()
    assert.equal(errors.length, 1)
    const { text } = await get('/calsync/metrics')
    const pair = 'pair="someone@example.com ↔ Privat"'
    const of = (name: string, labels = ''): number[] => {
      const start = `${name}{${pair}${labels}} `
      const lines = text.split('\n').filter((line) => line.startsWith(start))
      return lines.map((line) => Number(line.slice(start.length)))
    }
    const [good = 0] = of('calsync_runs_total', ',result="success"')
    assert.ok(good >= 3)
    assert.deepEqual(of('calsync_runs_total', ',result="error"').length, 1)
    assert.deepEqual(of('calsync_conflicts'), [1])
    assert.deepEqual(of('calsync_paired_events'), [2])
    assert.ok((of('calsync_errors_total', ',code="calsync.bad-answer"')[0] ?? 0) >= 1)
    assert.ok((of('calsync_operations_total', ',calendar="Privat",action="create"')[0] ?? 0) >= 1)
    const [last = 0] = of('calsync_last_success_timestamp_seconds')
    assert.ok(Math.abs(last * 1000 - Date.now()) < 60_000)
    assert.ok((of('calsync_run_duration_seconds_count')[0] ?? 0) > good)
  })
})
