import assert from 'node:assert/strict'
import type { Login, LoginAttempt } from '../../src/google'
import { exchangeCode, loginUrl } from '../../src/google'
import { LOGIN } from '../simulators/google/simulator'
import { World, signal } from './world'

export const VERIFIER = 'v'.repeat(43)
export const STATE = 's'.repeat(43)
export const ATTEMPT: LoginAttempt = {
  redirectUri: 'http://localhost:1880/calsync/google/callback',
  verifier: VERIFIER,
}

/** The browser and the exchange that follows, with what a test wants to be different. */
export class Journey {
  readonly world = new World()

  address(attempt: Partial<LoginAttempt> = {}): URL {
    return new URL(
      loginUrl('http://google/auth', LOGIN.clientId, { ...ATTEMPT, ...attempt }, STATE, 'anna@example.com'),
    )
  }

  /** Where the browser is sent by a login page; the page's text if it is sent nowhere. */
  async browse(address: URL): Promise<URL | string> {
    const page = await this.world.simulator.fetch(address, { redirect: 'manual' })
    const location = page.headers.get('location')
    return location === null ? page.text() : new URL(location)
  }

  async code(): Promise<string> {
    const back = await this.browse(this.address())
    assert.ok(back instanceof URL, String(back))
    assert.equal(back.searchParams.get('state'), STATE)
    return back.searchParams.get('code') ?? ''
  }

  exchange(code: string, attempt: Partial<LoginAttempt> = {}, client = {}): Promise<Login> {
    const { simulator } = this.world
    const server = {
      tokenUrl: 'http://google/token',
      apiUrl: 'http://google/',
      fetch: simulator.fetch,
      now: () => this.world.time,
    }
    const { clientId, clientSecret } = { ...LOGIN, ...client }
    return exchangeCode(server, { clientId, clientSecret }, { ...ATTEMPT, ...attempt }, code, signal)
  }
}
