import assert from 'node:assert/strict'
import type { CalendarProvider } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { Guard, LEFT_ALONE } from '../../src/runtime/guard'
import { LoginHealth } from '../../src/runtime/login-health'
import { createGoogleProvider } from '../../src/google'
import { GoogleSimulator, LOGIN } from '../simulators/google'

const never = new AbortController().signal

describe('an account whose login is dead', () => {
  async function account() {
    const time = { now: Date.UTC(2026, 5, 1) }
    const now = (): number => time.now
    const google = new GoogleSimulator({ now })
    const login = { ...LOGIN, refreshToken: 'revoked' }
    const config = {
      apiUrl: 'https://www.googleapis.com/',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      credentials: login,
    }
    const requests: string[] = []
    const provider = await createGoogleProvider(config, {
      now,
      fetch: (input, init) => {
        requests.push(input instanceof Request ? input.url : input.toString())
        return google.fetch(input, init)
      },
    })
    return { time, requests, guarded: new Guard(now, new LoginHealth()).provider(provider) }
  }

  it('is not asked again for a while, and says each time what to do', async () => {
    const { requests, guarded } = await account()
    await assert.rejects(guarded.open('primary', never), { code: 'reauthorise' })
    const asked = requests.length
    assert.ok(asked > 0)
    for (let again = 0; again < 5; again += 1) {
      await assert.rejects(guarded.listCalendars(never), { code: 'reauthorise' })
    }
    assert.equal(requests.length, asked)
  })

  it('is tried once more when that while is over, or when its owner asks', async () => {
    const { time, requests, guarded } = await account()
    await assert.rejects(guarded.open('primary', never), { code: 'reauthorise' })
    const asked = requests.length
    await assert.rejects(guarded.check(never), { code: 'reauthorise' })
    assert.ok(requests.length > asked)
    const checked = requests.length
    time.now += LEFT_ALONE
    await assert.rejects(guarded.open('primary', never), { code: 'reauthorise' })
    assert.ok(requests.length > checked)
  })

  it('is tried again soon, at growing spans, where a server refuses a login that has worked', async () => {
    let now = 0
    let asked = 0
    let refuses = false
    const provider: CalendarProvider = {
      listCalendars: () => {
        asked += 1
        const error = new ProviderError('reauthorise', 'no such password', { status: 401 })
        return refuses ? Promise.reject(error) : Promise.resolve([])
      },
      open: () => Promise.reject(new Error('not asked for')),
      check: () => Promise.resolve(''),
    }
    const guarded = new Guard(() => now, new LoginHealth()).provider(provider)
    await guarded.listCalendars(never)
    refuses = true
    await assert.rejects(
      guarded.listCalendars(never),
      /worked before, so it is tried again by itself: .* no such password$/,
    )
    for (const minutes of [1, 2, 4, 8, 15, 15, 15]) {
      const before = asked
      now += minutes * 60_000 - 1
      await assert.rejects(guarded.listCalendars(never))
      assert.equal(asked, before)
      now += 1
      await assert.rejects(guarded.listCalendars(never))
      assert.equal(asked, before + 1)
    }
    refuses = false
    now += LEFT_ALONE
    assert.deepEqual(await guarded.listCalendars(never), [])
  })

  it('does not promise that it is tried soon where it has never worked', async () => {
    const { guarded } = await account()
    await assert.rejects(guarded.open('primary', never), ({ message }: Error) => !/tried again/.test(message))
  })
})
