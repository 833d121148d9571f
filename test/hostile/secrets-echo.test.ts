import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { Account } from '../../src/runtime/account'
import { asCalSyncError } from '../../src/runtime/errors'
import { Secrets } from '../../src/runtime/secrets'
import type { Fetch } from '../../src/transport/fetch'
import { NO_END, caldav, google, onTheWire } from './wires'

const PASSWORD = 'xkcd-9"q<&é/+ =w-mnop'
const CLIENT_SECRET = 'GOCSPX-dIe_4hTz/kk+Qw8'
const REFRESH = '1//0gVeryLong_refresh-T0ken'
const ACCESS = 'ya29.a0-AnAccess_t0ken77'
const KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'
const SECRETS = [PASSWORD, CLIENT_SECRET, REFRESH, ACCESS, KEY]
const PART = 8

/** Whether a text, or what anybody can decode of it, holds a part of a secret. */
function leaksIn(text: string): string[] {
  const decoded = [text, unquoted(text), unescaped(text), Buffer.from(text, 'latin1').toString('utf8')]
  for (const run of text.match(/[\w+/-]{8,}/g) ?? [])
    for (const from of [0, 1, 2, 3]) decoded.push(Buffer.from(run.slice(from), 'base64').toString('utf8'))
  for (const run of text.match(/[0-9a-f]{8,}/gi) ?? []) decoded.push(Buffer.from(run, 'hex').toString('utf8'))
  const all = decoded.join('\n').toLowerCase()
  return SECRETS.flatMap((secret) => {
    const parts = Array.from({ length: secret.length - PART + 1 }, (_, at) => secret.slice(at, at + PART).toLowerCase())
    return parts.filter((part) => all.includes(part))
  })
}

const unquoted = (text: string): string =>
  text.replaceAll('+', ' ').replaceAll(/(%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes)
    } catch {
      return codes
    }
  })
const SIGNS: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' }
const unescaped = (text: string): string =>
  text
    .replaceAll(/&(\w+);/g, (all, name: string) => SIGNS[name] ?? all)
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll(/\\(.)/g, '$1')

const inXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const inHeader = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, '')

/** How a server may give back what it was sent. */
const FORMS: readonly (readonly [name: string, form: (sent: string) => string])[] = [
  ['as it is', (sent) => sent],
  ['in an address', encodeURIComponent],
  [
    'in an address of small letters',
    (sent) => encodeURIComponent(sent).replaceAll(/%../g, (code) => code.toLowerCase()),
  ],
  ['in a form', (sent) => new URLSearchParams({ a: sent }).toString()],
  ['in JSON', (sent) => JSON.stringify({ sent })],
  ['in XML', inXml],
  ['in HTML', (sent) => inXml(sent).replaceAll("'", '&#39;')],
  ['in Base64', (sent) => Buffer.from(sent).toString('base64')],
  ['in Base64 with the user before it', (sent) => Buffer.from(`anna:${sent}`).toString('base64')],
  ['in Base64 of an address', (sent) => Buffer.from(`x=${sent}&y`).toString('base64url')],
  ['in hexadecimal', (sent) => Buffer.from(sent).toString('hex')],
  ['in capitals', (sent) => sent.toUpperCase()],
  ['cut at its end', (sent) => sent.slice(0, 13)],
  ['cut at its beginning', (sent) => sent.slice(-13)],
  ['between letters', (sent) => `aaaa${sent}bbbb`],
]

const inAllForms = (sent: string): string => FORMS.map(([, form]) => form(sent)).join(' ')
/** Where it is cut after the first, the others would not be seen. */
const ALONE = FORMS.filter(([name]) => ['as it is', 'in Base64', 'cut at its end'].includes(name)).map(
  ([, form]) => form,
)

/** Where in its answer. */
const PLACES: readonly (readonly [name: string, answer: (echo: string, authorization: string) => Response])[] = [
  ['a text', (echo, sent) => new Response(`No: ${echo} ${sent}`, { status: 400 })],
  ['the title of a page', (echo) => new Response(`<html><title>${'x'.repeat(55)}${echo}</title>`, { status: 405 })],
  [
    'an error in JSON',
    (echo) =>
      Response.json(
        { error: { code: 400, message: `You sent ${echo}`, errors: [{ reason: echo, message: echo }] } },
        { status: 400 },
      ),
  ],
  [
    'a refusal',
    (echo) => Response.json({ error: echo, error_description: `${'x'.repeat(185)}${echo}` }, { status: 400 }),
  ],
  [
    'a known refusal',
    (echo) => Response.json({ error: 'invalid_grant', error_description: echo, error_subtype: echo }, { status: 400 }),
  ],
  [
    'a header',
    (echo) =>
      new Response(null, {
        status: 401,
        headers: { 'www-authenticate': `${inHeader(echo)} realm="${inHeader(echo)}"` },
      }),
  ],
  ['another header', (echo) => new Response(null, { status: 503, headers: { 'retry-after': inHeader(echo) } })],
  [
    'an address that it leads to',
    (echo) =>
      new Response(null, {
        status: 302,
        headers: { location: `https://${inHeader(echo)}.example.com/${inHeader(echo)}` },
      }),
  ],
  [
    'a path that it leads to',
    (echo) => new Response(null, { status: 302, headers: { location: `/${encodeURIComponent(echo)}` } }),
  ],
  ['names of calendars', (echo) => new Response(multistatus(inXml(echo)), { status: 207 })],
  ['broken XML', (echo) => new Response(`<multistatus xmlns="DAV:"><${echo}`, { status: 207 })],
  ['broken JSON', (echo) => new Response(`{"access_token": ${echo}`, { status: 200 })],
]

const multistatus = (echo: string): string =>
  `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/cal/</href><propstat><prop>
  <displayname>${echo}</displayname><resourcetype><collection/><C:calendar/></resourcetype>
  <current-user-principal><href>/me/</href></current-user-principal><C:calendar-home-set><href>/home/</href></C:calendar-home-set>
  </prop><status>HTTP/1.1 200 ${echo}</status></propstat><responsedescription>${echo}</responsedescription></response></multistatus>`

/** Everything that an account says while it is asked what a person and a run ask. */
async function saidBy(
  make: (fetch: Fetch, log: (line: unknown) => void) => Account,
  fetch: Fetch,
  isChecked = true,
): Promise<string> {
  const said: unknown[] = []
  const account = make(fetch, (line) => said.push(line))
  const jobs = [
    async () => (await account.provider()).check(NO_END),
    async () => (await account.provider()).listCalendars(NO_END),
    async () => (await account.provider()).open('Some name', NO_END).then(({ info }) => info.name),
    async () => (await account.provider()).open('/cal/', NO_END).then(({ info }) => info.name),
    async () => {
      const lines: unknown[] = []
      const { examination } = await account.provider()
      if (isChecked) await examination?.run({ salt: 's' }, (line) => lines.push(line), NO_END)
      return lines
    },
  ]
  for (const job of jobs) {
    try {
      said.push(await job())
    } catch (error) {
      const told = asCalSyncError(error)
      assert.notEqual(told.code, 'calsync.internal', told.message)
      said.push(told.message, told.stack, inspect(error, { depth: 10, showHidden: true }), JSON.stringify(told))
    }
  }
  const lines = said.flatMap((each) => (typeof each === 'string' ? each : inspect(each, { depth: 10 })).split('\n'))
  return [...new Set(lines)].join('\n')
}

const assertKept = (said: string): void => assert.deepEqual(leaksIn(said), [], said)

const icloudAccount = (fetch: Fetch, log: (line: unknown) => void): Account =>
  caldav('https://dav.example.org', { password: PASSWORD }, onTheWire({ fetch, log: (_, line) => log(line) }))
const googleAccount = (fetch: Fetch, log: (line: unknown) => void): Account => {
  const around = onTheWire({ fetch, log: (_, line) => log(line) })
  return google('https://google.example', { clientSecret: CLIENT_SECRET, refreshToken: REFRESH }, around)
}

describe('What a server gives back of a login', () => {
  for (const [place, answer] of PLACES) {
    it(`in ${place} is in no error and no log, in whatever form`, async () => {
      for (const echo of [inAllForms, ...ALONE]) {
        const ofCaldav: Fetch = (_, init) =>
          Promise.resolve(answer(echo(PASSWORD), new Headers(init?.headers).get('authorization') ?? ''))
        const isChecked = echo === inAllForms
        assertKept(await saidBy(icloudAccount, ofCaldav, isChecked))
        const ofTokens: Fetch = () => Promise.resolve(answer(`${echo(CLIENT_SECRET)} ${echo(REFRESH)}`, ''))
        assertKept(await saidBy(googleAccount, ofTokens, isChecked))
        const ofApi: Fetch = (input) =>
          new URL(input instanceof Request ? input.url : input).pathname === '/token'
            ? Promise.resolve(Response.json({ access_token: ACCESS, expires_in: 3600 }))
            : Promise.resolve(answer(echo(ACCESS), `Bearer ${ACCESS}`))
        assertKept(await saidBy(googleAccount, ofApi, isChecked))
      }
    })
  }

  it('as an answer to a digest is in no error', async () => {
    const responses: string[] = []
    const fetch: Fetch = (_, init) => {
      const sent = new Headers(init?.headers).get('authorization') ?? ''
      const response = /response="(\w+)"/.exec(sent)?.[1]
      if (response === undefined) {
        const headers = { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256' }
        return Promise.resolve(new Response(null, { status: 401, headers }))
      }
      responses.push(response)
      return Promise.resolve(new Response(`<title>${response.slice(0, 40)} ${sent}</title>`, { status: 405 }))
    }
    const said = await saidBy(icloudAccount, fetch)
    assert.ok(responses.length > 0)
    for (const response of responses) assert.ok(!said.includes(response.slice(0, PART)), said)
    const known = createHash('sha256').update(`anna:r:${PASSWORD}`).digest('hex')
    assert.ok(!said.includes(known))
  })

  it('of a service account’s key is in no error, but what the file says to all is', () => {
    const file = JSON.stringify({
      type: 'service_account',
      private_key_id: '0123456789abcdef0123',
      private_key: `-----BEGIN PRIVATE KEY-----\n${KEY}\nabcDEF0123/+==\n-----END PRIVATE KEY-----\n`,
      token_uri: 'https://oauth2.googleapis.com/token',
    })
    const secrets = new Secrets('google', { serviceAccountKey: file })
    assert.equal(secrets.over('See https://oauth2.googleapis.com/token'), 'See https://oauth2.googleapis.com/token')
    assert.equal(secrets.over(`Not ${KEY.slice(3, 20)} or 0123456789abcdef`), 'Not … or …')
  })

  it('is all that is taken out of a text', () => {
    const secrets = new Secrets('icloud', { password: 'calendar-9912' })
    const text = 'Choose the calendar in the calendar node. "calendar-9912" and calendar-99.'
    assert.equal(secrets.over(text), 'Choose the calendar in the calendar node. "…" and c….')
    const words = new Secrets('icloud', { password: 'password' })
    assert.equal(words.over('The passwords of accounts'), 'The …s of accounts')
    assert.equal(new Secrets('icloud', { password: 'abc' }).over('An abc'), 'An abc')
  })

  it('is found in any text around it, wherever that is cut', () => {
    const secrets = new Secrets('icloud', { password: PASSWORD })
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(...FORMS), fc.nat(60), (before, after, [, form], cut) => {
        const text = `${before}${form(PASSWORD).slice(0, cut)}${after}`
        assert.deepEqual(leaksIn(secrets.over(text)), [], text)
      }),
    )
  })
})
