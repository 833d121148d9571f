import assert from 'node:assert/strict'
import type { CalendarProvider } from '../../src/event/calendar'
import { createCaldavProvider } from '../../src/caldav'
import type { Fetch } from '../../src/transport/fetch'
import { LUNCH } from '../contract/events'
import { NO_END, created, readAll, updated, written } from '../contract/reader'
import { assertRefused } from '../contract/refusals'
import { hasLighttpd, startLighttpd } from './lighttpd'
import { isInstalled } from './real-server'
import type { RealServer } from './real-servers'
import { startRadicale } from './real-servers'

/** What went over the line: the status of each answer, and how it was signed. */
type Sent = { readonly status: number; readonly authorization: string }

function watched(line: Fetch = fetch): { fetch: Fetch; sent: Sent[] } {
  const sent: Sent[] = []
  const watching: Fetch = async (input, init) => {
    const answer = await line(input, init)
    sent.push({ status: answer.status, authorization: new Headers(init?.headers).get('authorization') ?? '' })
    return answer
  }
  return { fetch: watching, sent }
}

const TEN_MINUTES = 600

/** A line on which the first challenge is one of half an hour ago: lighttpd's nonces begin with the time, and last ten minutes. */
function withOldNonce(): Fetch {
  let isFirst = true
  return async (input, init) => {
    const answer = await fetch(input, init)
    const challenge = answer.headers.get('www-authenticate')
    if (challenge === null || !isFirst) return answer
    isFirst = false
    const old = challenge.replace(/nonce="([0-9a-f]+):/, (_, time: string) => {
      return `nonce="${(parseInt(time, 16) - 3 * TEN_MINUTES).toString(16)}:`
    })
    assert.notEqual(old, challenge)
    return new Response(null, { status: 401, headers: { 'www-authenticate': old } })
  }
}

describe('A real server that wants a digest (lighttpd before Radicale)', () => {
  if (!hasLighttpd() || !isInstalled('radicale')) {
    it('skips it, since lighttpd or radicale is not installed (on Debian: apt-get install lighttpd radicale)')
    return
  }

  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    describe(`with ${algorithm}`, () => {
      let radicale: RealServer | undefined
      let server: RealServer | undefined
      let path = ''
      before(async () => {
        radicale = await startRadicale(true)
        server = await startLighttpd(radicale, algorithm)
        path = await server.newCalendar()
      })
      after(async () => {
        await server?.stop()
        await radicale?.stop()
      })

      const provider = (line: Fetch, password?: string): Promise<CalendarProvider> => {
        assert.ok(server)
        const config = { ...server.config, ...(password === undefined ? {} : { password }) }
        return createCaldavProvider(config, {
          fetch: line,
          now: Date.now,
          sleep: () => Promise.resolve(),
          localZone: 'Europe/Berlin',
          random: Math.random,
        })
      }

      it('is found, read and written, and is asked once for each request after its first challenge', async () => {
        const { fetch: line, sent } = watched()
        const account = await provider(line)
        assert.ok((await account.listCalendars(NO_END)).some(({ id }) => id === path))
        const calendar = await account.open(path, NO_END)
        const lunch = await created(calendar, 'lunch', LUNCH)
        const brunch = await updated(calendar, lunch, { summary: 'Brunch' })
        await Promise.all(Array.from({ length: 10 }, () => readAll(calendar)))
        await written(calendar, calendar.delete(brunch, NO_END))
        assert.deepEqual(await readAll(calendar), [])
        assert.deepEqual(
          sent.filter(({ status }) => status === 401).map(({ authorization }) => authorization.split(' ')[0]),
          ['Basic'],
        )
        const signed = sent.at(-1)?.authorization ?? ''
        assert.match(signed, /^Digest .*\bqop=auth\b/)
        assert.equal(/\balgorithm=([\w-]+)/.exec(signed)?.[1], algorithm)
      })

      it('goes on with the next nonce where one has grown old, without a word', async () => {
        const { fetch: line, sent } = watched(withOldNonce())
        const calendar = await (await provider(line)).open(path, NO_END)
        assert.deepEqual(await readAll(calendar), [])
        assert.deepEqual(sent.map(({ status }) => status).slice(0, 3), [401, 401, 207])
        assert.equal(sent.filter(({ status }) => status === 401).length, 2)
      })

      it('says that it refuses the password after a few tries, and each time it is asked again', async () => {
        const { fetch: line, sent } = watched()
        const account = await provider(line, 'falsch')
        for (const tries of [3, 6]) {
          await assertRefused(account.check(NO_END), 'reauthorise')
          assert.ok(sent.length <= tries, String(sent.length))
        }
        await assert.rejects(account.check(NO_END), /refuses the user name and password/)
        assert.ok(sent.every(({ status }) => status === 401))
      })
    })
  }
})
