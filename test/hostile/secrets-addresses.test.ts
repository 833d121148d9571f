import assert from 'node:assert/strict'
import { registeredFor } from '../../src/runtime/providers'
import type { AccountSettings } from '../../src/runtime/settings'
import type { Fetch } from '../../src/transport/fetch'
import { NO_END, caldav, failureOf, google, onTheWire } from './wires'

/** What is asked of a server at an address that was entered; none: what the error says. */
async function askedAt(text: string, type: 'google' | 'icloud'): Promise<{ origins: string[]; message: string }> {
  const origins: string[] = []
  const fetch: Fetch = (input) => {
    origins.push(new URL(input instanceof Request ? input.url : input).origin)
    return Promise.resolve(new Response('{}', { status: 404 }))
  }
  const around = onTheWire({ fetch })
  const account = type === 'google' ? google('', { apiUrl: text, tokenUrl: text }, around) : caldav(text, {}, around)
  const { message } = await failureOf(account.provider().then((provider) => provider.check(NO_END)))
  return { origins: [...new Set(origins)], message }
}

const HOST = 'https://dav.example.org'
const CASES: readonly (readonly [text: string, ofCaldav: string | null, ofGoogle: string | null])[] = [
  ['https://dav.example.org/x', HOST, HOST],
  ['  HTTPS://DAV.example.org/x ', HOST, HOST],
  ['dav.example.org', HOST, null],
  ['dav.example.org:8443/dav', `${HOST}:8443`, null],
  ['https://dav.example.org:443/', HOST, HOST],
  ['ht\ntp://dav.example.org/', null, null],
  ['https://dav.exam\tple.org/', null, null],
  ['https://dav.example.org\u0000.evil.com/', null, null],
  ['https:\\\\evil.example.com/', null, null],
  ['https://evil.example.com\\@dav.example.org/', null, null],
  ['https://dav.example.org@evil.example.com/', null, null],
  ['https://anna:secret@dav.example.org/', null, null],
  ['//dav.example.org/', HOST, null],
  ['https:dav.example.org', HOST, HOST],
  ['https://dav.example.org./', 'https://dav.example.org.', 'https://dav.example.org.'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
  ['javascript:alert(1)//', null, null],
  ['file:///etc/passwd', null, null],
  ['ftp://dav.example.org/', null, null],
]

describe('An address that was entered', () => {
  for (const [text, ofCaldav, ofGoogle] of CASES) {
    it(`as ${JSON.stringify(text)} is what is asked and what is compared, or none`, async () => {
      for (const [type, expected] of [
        ['icloud', ofCaldav],
        ['google', ofGoogle],
      ] as const) {
        const { origins, message } = await askedAt(text, type)
        assert.deepEqual(origins, expected === null ? [] : [expected], `${type}: ${message}`)
        if (expected === null) assert.match(message, /is no server address|is no web address|holds a user name/)
        const settings: AccountSettings = { serverUrl: text, apiUrl: text, tokenUrl: text }
        // by what a dialog compares before it sends what is stored: the same only for the same server
        for (const address of registeredFor(type).addresses(settings))
          if (expected !== null) assert.equal(new URL(address).origin, expected)
          else assert.ok(!URL.canParse(address) || address.startsWith(text), address)
      }
    })
  }

  it('is the same whether its scheme is written or not, and no other is', () => {
    const compared = (serverUrl: string): readonly string[] => registeredFor('icloud').addresses({ serverUrl })
    assert.deepEqual(compared('nas.example'), compared('https://nas.example/'))
    for (const other of [
      'ht\ntp://nas.example/',
      'http://nas.example:80\\',
      'https://nas.example:444/',
      'nas.example.',
    ])
      assert.notDeepEqual(compared('http://nas.example/'), compared(other))
  })
})
