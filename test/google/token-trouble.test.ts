import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorCode } from '../../src/event/calendar'
import { refusal as refusalOnPage } from '../../src/google/login'
import { LOGIN } from '../simulators/google'
import { Journey } from './journey'
import { World, signal } from './world'

type Words = { error: string; error_description?: string; error_subtype?: string }
type Row = [what: string, status: number, words: Words, advice: RegExp, code?: ErrorCode]

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const KEY = { serviceAccountKey: JSON.stringify({ client_email: 'robot@example.com', private_key: privateKey }) }

/** What a login says when it is renewed, and the token endpoint answers so. */
async function trouble(status: number, body: object, credentials: Parameters<World['provider']>[0] = LOGIN) {
  const world = new World()
  world.simulator.tokens.refusal = { status, body }
  const provider = await world.provider(credentials)
  const error: unknown = await provider.check(signal).then(
    () => assert.fail('it was signed in'),
    (thrown: unknown) => thrown,
  )
  const { code, message } = error as { code: ErrorCode; message: string }
  return { code, message }
}

/** Google's word for it stands in what the user is told. */
function assertSays(message: string, { error, error_description = '', error_subtype = '' }: Words): void {
  assert.ok(message.includes(error), message)
  assert.ok(message.includes(error_subtype), message)
  assert.ok(message.includes(error_description.replace(/\.$/, '')), message)
  assert.ok(!message.includes('{'), message)
}

describe('What Google’s token endpoint says', () => {
  const cases: Row[] = [
    [
      'a login that was revoked',
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      /Does this happen every week\?.*seven days/,
    ],
    [
      'an organisation that wants to see its users again',
      400,
      { error: 'invalid_grant', error_subtype: 'invalid_rapt', error_description: 'reauth related error' },
      /organisation of this Google account ends logins.*Google Cloud session control/,
    ],
    [
      'an account that was deleted',
      400,
      { error: 'invalid_grant', error_description: 'Account has been deleted' },
      /Connect another one/,
    ],
    [
      'a restricted account',
      400,
      { error: 'access_denied', error_description: 'Account restricted' },
      /accounts\.google\.com/,
    ],
    [
      'a client that the organisation does not let in',
      401,
      { error: 'access_denied', error_description: 'Requested client not authorized.' },
      /administrator to allow it/,
    ],
    [
      'an account that is none any more',
      400,
      { error: 'invalid_account', error_description: 'Forbidden' },
      /suspended or closed/,
    ],
    ['an administrator’s rule', 400, { error: 'admin_policy_enforced' }, /trust your client ID/],
    ['an app for its own organisation', 403, { error: 'org_internal' }, /Make it "External"/],
    ['permissions that are not given', 400, { error: 'invalid_scope' }, /Tick all permissions/],
    [
      'a client that was switched off',
      401,
      { error: 'disabled_client', error_description: 'The OAuth client was disabled.' },
      /Enable it in/,
    ],
    [
      'a client that was deleted',
      401,
      { error: 'deleted_client', error_description: 'The OAuth client was deleted.' },
      /Create one of the type "Desktop app"/,
    ],
    [
      'a client that was deleted, in other words',
      401,
      { error: 'invalid_client', error_description: 'The OAuth client was deleted.' },
      /Create one of the type "Desktop app"/,
    ],
    [
      'a client that it does not know',
      401,
      { error: 'invalid_client', error_description: 'The OAuth client was not found.' },
      /Copy both anew/,
    ],
    [
      'a login of another client',
      401,
      { error: 'unauthorized_client', error_description: 'Unauthorized' },
      /not made with this client ID/,
    ],
    [
      'a login without its token',
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: refresh_token' },
      /misses something/,
    ],
    [
      'trouble of its own',
      500,
      { error: 'internal_failure', error_description: 'Backend Error' },
      /trouble of its own/,
      'unreachable',
    ],
    [
      'too many requests',
      429,
      { error: 'rate_limit_exceeded', error_description: 'Rate limited' },
      /slow down/,
      'rate-limit',
    ],
  ]
  for (const [what, status, words, advice, code = 'reauthorise'] of cases) {
    it(`about ${what} reaches the user, with the advice that fits`, async () => {
      const told = await trouble(status, words)
      assert.equal(told.code, code)
      assert.match(told.message, advice)
      assertSays(told.message, words)
      if (words.error !== 'invalid_grant') assert.ok(!told.message.includes('seven days'), told.message)
    })
  }

  const ofKeys: Row[] = [
    [
      'a service account that may not act for others',
      401,
      { error: 'unauthorized_client', error_description: 'Client is unauthorized' },
      /domain-wide delegation/,
    ],
    [
      'the clock',
      400,
      {
        error: 'invalid_grant',
        error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      },
      /Set its clock right/,
    ],
    [
      'a key that was deleted',
      400,
      { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
      /Create a new JSON key/,
    ],
    [
      'a service account that was deleted',
      400,
      { error: 'invalid_grant', error_description: 'Invalid grant: account not found' },
      /does not know the service account/,
    ],
    ['permissions', 400, { error: 'invalid_scope' }, /Google Calendar API in its project/],
  ]
  for (const [what, status, words, advice] of ofKeys) {
    it(`about ${what}, where the login is a service account’s key, reaches the user, with the advice that fits`, async () => {
      const told = await trouble(status, words, KEY)
      assert.equal(told.code, 'reauthorise')
      assert.match(told.message, advice)
      assertSays(told.message, words)
      assert.ok(!/press Connect/i.test(told.message), told.message)
    })
  }

  for (const [what, status, words, , code = 'reauthorise'] of cases) {
    if (code !== 'reauthorise') continue
    it(`about ${what} reaches who logs in by the dialog, and is told to connect again where that helps`, async () => {
      const journey = new Journey()
      const authCode = await journey.code()
      journey.world.simulator.tokens.refusal = { status, body: words }
      await assert.rejects(journey.exchange(authCode), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'reauthorise')
        assertSays(error.message, words)
        assert.ok(!error.message.includes('Open the account in Node-RED'), error.message)
        return true
      })
    })
  }

  it('on its page is put in the same words, and no other word of an address calls anything', () => {
    assert.match(refusalOnPage('admin_policy_enforced'), /trust your client ID/)
    assert.match(refusalOnPage('access_denied'), /allow it there/)
    assert.equal(refusalOnPage('constructor'), 'Google did not sign you in (constructor). Connect again.')
    assert.equal(refusalOnPage('<b>'), 'Google did not sign you in. Connect again.')
  })

  const file = join(__dirname, '..', '..', '..', 'shared', 'data', 'recorded', 'google', 'token_errors.json')
  it('as it was recorded is understood, each answer by its own word', function () {
    if (!existsSync(file)) return this.skip()
    const answers = JSON.parse(readFileSync(file, 'utf8')) as Record<string, [number, Words]>
    return Promise.all(
      Object.entries(answers).map(async ([name, [status, words]]) => {
        const told = await trouble(status, words, name.startsWith('SA ') ? KEY : LOGIN)
        assert.equal(told.code, status === 429 ? 'rate-limit' : status >= 500 ? 'unreachable' : 'reauthorise', name)
        assertSays(told.message, words)
      }),
    ).then(() => undefined)
  })
})
