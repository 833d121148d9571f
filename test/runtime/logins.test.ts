import assert from 'node:assert/strict'
import { LOGIN_TIME, Logins } from '../../src/runtime/logins'
import type { Exchange } from '../../src/runtime/logins'
import { comeBackIn, redirectFor } from '../../src/runtime/redirect'

const granted: Exchange = (code) => Promise.resolve({ values: { refreshToken: `token for ${code}` } })

describe('the logins that are under way', () => {
  let now: number
  let logins: Logins
  beforeEach(() => {
    now = 0
    let keys = 0
    logins = new Logins(
      () => now,
      () => `key ${(keys += 1)}`,
    )
  })

  it('give what came of a login once, to whoever has its id', async () => {
    const { id, state } = logins.begin(granted)
    assert.equal(logins.take(id), undefined)
    await logins.cameBack(state, { code: 'c' })
    assert.throws(() => logins.take(state), { code: 'calsync.no-such-login' })
    assert.deepEqual(logins.take(id), { is: 'done', values: { refreshToken: 'token for c' } })
    assert.throws(() => logins.take(id), { code: 'calsync.no-such-login' })
  })

  it('take a state once, even while its code is being exchanged', async () => {
    let exchanges = 0
    let finish: () => void = () => undefined
    const slow: Exchange = (code) => {
      exchanges += 1
      return new Promise((resolve) => (finish = () => resolve({ values: { code } })))
    }
    const { id, state } = logins.begin(slow)
    const first = logins.cameBack(state, { code: 'first' })
    await assert.rejects(logins.cameBack(state, { code: 'second' }), { code: 'calsync.no-such-login' })
    assert.equal(logins.take(id), undefined)
    finish()
    await first
    await assert.rejects(logins.cameBack(state, { code: 'third' }), { code: 'calsync.no-such-login' })
    assert.deepEqual([exchanges, logins.take(id)], [1, { is: 'done', values: { code: 'first' } }])
  })

  it('take the state of the login that the dialog began, and no other', async () => {
    const [mine, other] = [logins.begin(granted), logins.begin(granted)]
    await assert.rejects(logins.cameBack(other.state, { code: 'c' }, mine.id), { code: 'calsync.no-such-login' })
    await logins.cameBack(mine.state, { code: 'c' }, mine.id)
    assert.equal(logins.take(mine.id)?.is, 'done')
  })

  it('tell why one failed', async () => {
    const refused = logins.begin(granted)
    await logins.cameBack(refused.state, { refused: 'not allowed' })
    assert.deepEqual(logins.take(refused.id), { is: 'failed', message: 'not allowed' })
    const failed = logins.begin(() => Promise.reject(new Error('no network')))
    await logins.cameBack(failed.state, { code: 'c' })
    assert.match(JSON.stringify(logins.take(failed.id)), /no network/)
  })

  it('end after ten minutes, with what came of them', async () => {
    const [open, done] = [logins.begin(granted), logins.begin(granted)]
    await logins.cameBack(done.state, { code: 'c' })
    now = LOGIN_TIME - 1
    assert.equal(logins.take(open.id), undefined)
    now = LOGIN_TIME
    await assert.rejects(logins.cameBack(open.state, { code: 'c' }), { code: 'calsync.no-such-login' })
    assert.throws(() => logins.take(done.id), { code: 'calsync.no-such-login' })
  })

  it('end when their dialog is closed, or when too many others were begun', async () => {
    const closed = logins.begin(granted)
    logins.forget(closed.id)
    await assert.rejects(logins.cameBack(closed.state, { code: 'c' }), { code: 'calsync.no-such-login' })
    const begun = Array.from({ length: 21 }, () => logins.begin(granted))
    assert.throws(() => logins.take(begun[0]!.id), { code: 'calsync.no-such-login' })
    assert.equal(logins.take(begun[1]!.id), undefined)
  })
})

describe('the address that a login comes back to', () => {
  const PATH = 'calsync/google/callback'

  it('is the editor’s own where that is an address of this machine, under whatever root', () => {
    for (const [editor, uri] of [
      ['http://127.0.0.1:1880/', 'http://127.0.0.1:1880/calsync/google/callback'],
      ['http://localhost:1880/admin/', 'http://localhost:1880/admin/calsync/google/callback'],
      ['http://[::1]:1880/', 'http://[::1]:1880/calsync/google/callback'],
      ['http://u:p@localhost/a/#flow/1', 'http://localhost/a/calsync/google/callback'],
    ] as const) {
      assert.deepEqual(redirectFor(editor, PATH), { uri, comesBack: true })
    }
  })

  it('is one of the browser’s machine everywhere else, since Google takes no other', () => {
    for (const editor of [
      'http://192.168.1.5:1880/',
      'http://homeassistant.local:8123/api/hassio_ingress/token/',
      'https://home.example.com/node-red/',
      'https://localhost:1880/',
      'http://localhost.example.com/',
      'javascript:alert(1)',
      '',
    ]) {
      const { uri, comesBack } = redirectFor(editor, PATH)
      assert.deepEqual([comesBack, new URL(uri).hostname, new URL(uri).protocol], [false, '127.0.0.1', 'http:'], editor)
    }
  })

  it('is understood however it is pasted', () => {
    const found = { state: 's', code: '4/0A-b_c' }
    for (const address of [
      'http://127.0.0.1:58976/calsync?state=s&code=4/0A-b_c&scope=a%20b',
      '  127.0.0.1:58976/calsync?code=4%2F0A-b_c&state=s#\n',
      'http://127.0.0.1:58976/calsync?state=s\n&code=4%2F0A-\nb_c',
    ]) {
      assert.deepEqual(comeBackIn(address), found, address)
    }
    assert.deepEqual(comeBackIn('http://localhost/?error=access_denied&state=s'), {
      state: 's',
      error: 'access_denied',
    })
    for (const address of ['', 'x', '4/0A-b_c', 'https://accounts.google.com/o/oauth2/v2/auth?state=s&client_id=c']) {
      assert.equal(comeBackIn(address), undefined, address)
    }
  })
})
