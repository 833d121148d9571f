import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { challengesIn } from '../../src/caldav/challenges'
import { Digest, bestDigest } from '../../src/caldav/digest'
import { NO_END, created, readAll } from '../contract/reader'
import { LUNCH } from '../contract/events'
import { assertRefused } from '../contract/refusals'
import { CaldavServer, PLAIN } from '../simulators/caldav'
import { providerFor } from './setup'

describe('A WWW-Authenticate header', () => {
  it('is read whatever it offers, in one line or in several', () => {
    assert.deepEqual(challengesIn('X-MobileMe-AuthToken realm="MMCalDav", Basic realm="MMCalDav"'), [
      { scheme: 'x-mobileme-authtoken', params: { realm: 'MMCalDav' } },
      { scheme: 'basic', params: { realm: 'MMCalDav' } },
    ])
    const digest = 'Negotiate, Digest realm="a, \\"b\\"", nonce="x=,y", qop="auth,auth-int", stale=TRUE, algorithm=MD5'
    assert.deepEqual(challengesIn(digest), [
      { scheme: 'negotiate', params: {} },
      {
        scheme: 'digest',
        params: { realm: 'a, "b"', nonce: 'x=,y', qop: 'auth,auth-int', stale: 'TRUE', algorithm: 'MD5' },
      },
    ])
    assert.deepEqual(challengesIn(null), [])
  })
})

describe('A digest', () => {
  const url = new URL('http://www.example.org/dir/index.html')
  const response = (header: string, password: string, cnonce: string): string => {
    const challenge = bestDigest(challengesIn(header))
    assert.ok(challenge)
    const digest = new Digest(challenge, 'Mufasa', password, cnonce)
    return /response="(\w+)"/.exec(digest.authorization({ method: 'GET', url }))?.[1] ?? ''
  }
  const RFC_7616 =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'

  it('is that of the examples in RFC 2617 and RFC 7616', () => {
    const old =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    assert.equal(response(old, 'Circle Of Life', '0a4f113b'), '6629fae49393a05397450978507c4ef1')
    const md5 = `Digest ${RFC_7616}, algorithm=MD5`
    assert.equal(response(md5, 'Circle of Life', CNONCE), '8ca523f5e9506fed4657c9700eebdbec')
    const both = `${md5}, Digest ${RFC_7616}, algorithm=SHA-256`
    const sha = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'
    assert.equal(response(both, 'Circle of Life', CNONCE), sha)
  })
})

describe('A CalDAV server that wants a digest', () => {
  const cases = (['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'] as const).flatMap((algorithm) =>
    (['auth', 'auth-int', 'none'] as const).map((qop) => ({ algorithm, qop })),
  )
  for (const { algorithm, qop } of cases) {
    it(`is read and written with ${algorithm}, qop ${qop}, also when its nonces grow old`, async () => {
      const server = new CaldavServer({ ...PLAIN, digest: { algorithm, qop, lasts: 3 } })
      const calendar = await (await providerFor(server)).open(server.calendar.path, NO_END)
      for (const uid of ['a', 'b', 'c', 'd', 'e']) await created(calendar, uid, { ...LUNCH, summary: uid })
      await Promise.all(Array.from({ length: 8 }, () => readAll(calendar)))
      assert.equal((await readAll(calendar)).length, 5)
      assert.ok(server.log.some(({ status }) => status === 401))
    })
  }

  it('is asked with one request each while its nonce is good', async () => {
    const server = new CaldavServer({ ...PLAIN, digest: { algorithm: 'SHA-256', qop: 'auth', lasts: 100 } })
    const calendar = await (await providerFor(server)).open(server.calendar.path, NO_END)
    await created(calendar, 'first', LUNCH) // after it, one look tells what the server makes of texts
    const before = server.log.length
    for (const uid of ['a', 'b', 'c']) await created(calendar, uid, { ...LUNCH, summary: uid })
    assert.equal(server.log.length, before + 3)
  })

  it('gets names and passwords in UTF-8, and the name as a hash where it wants that', async () => {
    for (const userhash of [true, false]) {
      const digest = { algorithm: 'SHA-256', qop: 'auth', lasts: 9, userhash } as const
      const server = new CaldavServer({ ...PLAIN, username: 'Jäsøn Doe', password: 'Secret, or "not" é', digest })
      await (await providerFor(server)).check(NO_END)
    }
  })

  it('may have a realm that is not ASCII, which counts as it came over the line', () => {
    // over the line, and so in a header that was received, each byte is a character
    const realm = Buffer.from('Büro').toString('latin1')
    const challenge = { scheme: 'digest', params: { realm, nonce: 'n' } }
    const said = new Digest(challenge, 'anna', 'öffne', 'c').authorization({ method: 'GET', url: new URL('http://a/') })
    const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex')
    assert.ok(said.includes(`response="${md5(`${md5('anna:Büro:öffne')}:n:${md5('GET:/')}`)}"`), said)
    assert.ok(said.includes(`realm="${realm}"`), said)
  })

  it('refuses a wrong password as such, after a few tries', async () => {
    const server = new CaldavServer({ ...PLAIN, digest: { algorithm: 'MD5', qop: 'auth', lasts: 9 } })
    const provider = await providerFor(server, { password: 'wrong' })
    await assert.rejects(provider.check(NO_END), /refuses the user name and password/)
    assert.ok(server.log.length <= 3, String(server.log.length))
  })
})

describe('A CalDAV server that offers no way to sign in that we know', () => {
  it('is told so, and not "wrong password"', async () => {
    for (const header of ['Negotiate', 'Bearer realm="x", Negotiate', 'Digest realm="r", nonce="n", algorithm=FOO']) {
      const server = new CaldavServer({ ...PLAIN })
      const answer = () => new Response(null, { status: 401, headers: { 'www-authenticate': header } })
      server.interfere = { before: answer }
      const check = (await providerFor(server)).check(NO_END)
      await assertRefused(check, 'reauthorise')
      await assert.rejects((await providerFor(server)).check(NO_END), /no way to sign in that CalSync knows/)
    }
  })
})
