import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { loginUrl, refusal } from '../../src/google'
import { jsonResponse } from '../simulators/google/refusal'
import { LOGIN } from '../simulators/google/simulator'
import { ATTEMPT, Journey, STATE, VERIFIER } from './journey'
import { signal } from './world'

describe('A login at Google', () => {
  it('asks for no more than the events and the list of calendars, with PKCE, state and a lasting token', () => {
    const { searchParams } = new Journey().address()
    assert.deepEqual(Object.fromEntries(searchParams), {
      client_id: LOGIN.clientId,
      redirect_uri: ATTEMPT.redirectUri,
      response_type: 'code',
      scope:
        'https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.calendarlist.readonly',
      state: STATE,
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'select_account consent',
      login_hint: 'anna@example.com',
    })
  })

  it('gives a token that works, and whose it is', async () => {
    const journey = new Journey()
    const { refreshToken, account, trouble } = await journey.exchange(await journey.code())
    assert.deepEqual([account, trouble], ['someone@example.com', undefined])
    const provider = await journey.world.provider({ ...LOGIN, refreshToken })
    assert.match(await provider.check(signal), /someone@example\.com/)
  })

  it('gives a token each time, though the user has agreed before', async () => {
    const journey = new Journey()
    const first = await journey.exchange(await journey.code())
    const second = await journey.exchange(await journey.code())
    assert.notEqual(second.refreshToken, first.refreshToken)
  })

  const broken: [string, (journey: Journey) => Promise<unknown>, RegExp][] = [
    [
      'a code a second time',
      async (journey) => {
        const code = await journey.code()
        await journey.exchange(code)
        return journey.exchange(code)
      },
      /used once.*Connect again/,
    ],
    [
      'a code that is too old',
      async (journey) => {
        const code = await journey.code()
        journey.world.time += 10 * 60_000
        return journey.exchange(code)
      },
      /Connect again/,
    ],
    [
      'another verifier',
      async (journey) => journey.exchange(await journey.code(), { verifier: 'w'.repeat(43) }),
      /Connect again/,
    ],
    [
      'another redirect address',
      async (journey) => journey.exchange(await journey.code(), { redirectUri: 'http://localhost:1881/' }),
      /"Desktop app"/,
    ],
    [
      'a wrong client secret',
      async (journey) => journey.exchange(await journey.code(), {}, { clientSecret: 'wrong' }),
      /client ID or its secret/,
    ],
    [
      'a permission that was not ticked',
      async (journey) => {
        journey.world.simulator.tokens.consent.unticked.add('https://www.googleapis.com/auth/calendar.events')
        return journey.exchange(await journey.code())
      },
      /tick both/,
    ],
    [
      'no lasting token in the answer',
      async (journey) => {
        const code = await journey.code()
        journey.world.simulator.interfere = (stage) =>
          stage === 'before' ? jsonResponse(200, { access_token: 'a', expires_in: 3600 }) : undefined
        return journey.exchange(code)
      },
      /myaccount\.google\.com/,
    ],
  ]
  for (const [what, attempt, message] of broken) {
    it(`is refused for ${what}, with what to do`, async () => {
      await assert.rejects(attempt(new Journey()), { code: 'reauthorise', message })
    })
  }

  it('is kept though the calendars can’t be reached yet, with what to do', async () => {
    const journey = new Journey()
    const code = await journey.code()
    journey.world.simulator.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname !== '/token'
        ? jsonResponse(403, { error: { message: 'No', errors: [{ reason: 'accessNotConfigured', message: 'No' }] } })
        : undefined
    const { refreshToken, account, trouble } = await journey.exchange(code)
    assert.notEqual(refreshToken, '')
    assert.equal(account, undefined)
    assert.match(trouble ?? '', /Enable it in the Google Cloud console/)
  })

  it('tells at once that Google ends it after seven days, and how to publish the app', async () => {
    const journey = new Journey()
    journey.world.simulator.tokens.refreshLifetime = 604_799
    const { trouble } = await journey.exchange(await journey.code())
    assert.match(trouble ?? '', /after 7 days.*"Publish app"/)
  })

  it('says what the user did, or Google, if there is no code', async () => {
    const journey = new Journey()
    journey.world.simulator.tokens.consent.denies = true
    const back = await journey.browse(journey.address())
    assert.ok(back instanceof URL)
    assert.match(refusal(back.searchParams.get('error') ?? ''), /not allowed/)
    assert.match(refusal('server_error'), /server_error/)
    assert.doesNotMatch(refusal('<script>alert(1)</script>'), /script/)
  })

  it('opens web addresses only, since the editor opens what it is given', () => {
    for (const authUrl of ['javascript:alert(1)', 'data:text/html,x', 'nowhere', '']) {
      assert.throws(() => loginUrl(authUrl, LOGIN.clientId, ATTEMPT, STATE, ''), { code: 'bad-answer' }, authUrl)
    }
  })
})

describe('The simulated login page', () => {
  const wrong: [string, string, string][] = [
    ['another client', 'client_id', 'other'],
    ['a redirect address that is none of this machine', 'redirect_uri', 'http://192.168.1.5:1880/'],
    ['the out-of-band flow', 'redirect_uri', 'urn:ietf:wg:oauth:2.0:oob'],
    ['plain PKCE', 'code_challenge_method', 'plain'],
    ['no challenge', 'code_challenge', ''],
    ['a scope that is not known', 'scope', 'https://www.googleapis.com/auth/drive'],
    ['a state that can be guessed', 'state', '1'],
  ]
  for (const [what, name, value] of wrong) {
    it(`refuses ${what}`, async () => {
      const journey = new Journey()
      const address = journey.address()
      address.searchParams.set(name, value)
      assert.equal(typeof (await journey.browse(address)), 'string')
    })
  }

  it('gives no lasting token where none was asked for', async () => {
    const journey = new Journey()
    const address = journey.address()
    address.searchParams.delete('access_type')
    const back = await journey.browse(address)
    assert.ok(back instanceof URL)
    await assert.rejects(journey.exchange(back.searchParams.get('code') ?? ''), /no lasting login/)
  })
})
