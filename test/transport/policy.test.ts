import assert from 'node:assert/strict'
import fc from 'fast-check'
import { retryAfter, shouldRetry, waitBefore } from '../../src/transport/policy'

const answered = (status: number, rateLimit = false) => ({ is: 'answered', status, rateLimit }) as const

describe('What is sent again', () => {
  const table: [string, Parameters<typeof shouldRetry>[1], boolean][] = [
    ...['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'get'].flatMap((method): typeof table => [
      [method, { is: 'broken' }, true],
      ...[408, 429, 500, 502, 503, 504].map((status): (typeof table)[0] => [method, answered(status), true]),
      ...[200, 207, 301, 304, 400, 401, 403, 404, 410, 412, 501, 507].map((status): (typeof table)[0] => [
        method,
        answered(status),
        false,
      ]),
      [method, answered(403, true), true],
    ]),
    ...['PUT', 'DELETE', 'PATCH', 'POST', 'MKCALENDAR'].flatMap((method): typeof table => [
      [method, { is: 'broken' }, false],
      ...[429, 503].map((status): (typeof table)[0] => [method, answered(status), true]),
      ...[200, 204, 403, 408, 409, 412, 500, 502, 504].map((status): (typeof table)[0] => [
        method,
        answered(status),
        false,
      ]),
      [method, answered(403, true), true],
    ]),
  ]
  for (const [method, got, expected] of table) {
    const what = got.is === 'broken' ? 'no answer' : `${got.status}${got.rateLimit ? ' (rate limit)' : ''}`
    it(`${method} ${what}: ${expected ? 'again' : 'not again'}`, () => {
      assert.equal(shouldRetry(method, got), expected)
    })
  }
})

describe('The wait before a retry', () => {
  const backoff = { base: 1000, most: 32_000 }

  it('is drawn from a span that doubles up to a bound', () => {
    const longest = [1, 2, 3, 6, 7, 50].map((retry) => waitBefore(retry, null, backoff, () => 1))
    assert.deepEqual(longest, [1000, 2000, 4000, 32_000, 32_000, 32_000])
    assert.equal(
      waitBefore(3, null, backoff, () => 0),
      0,
    )
  })

  it('is never shorter than what the server asks for, nor than the span', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.nat(100_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, asked, drawn) => {
          const wait = waitBefore(retry, asked, backoff, () => drawn)
          assert.ok(wait >= asked && wait >= Math.min(32_000, 1000 * 2 ** (retry - 1)))
          assert.ok(wait <= Math.max(asked, 32_000) + 1000)
        },
      ),
    )
  })
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0)
  const read = (headers: Record<string, string>) => retryAfter(new Headers(headers), now)

  it('is read in seconds and as a date', () => {
    assert.equal(read({ 'retry-after': '30' }), 30_000)
    assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 12:01:30 GMT' }), 90_000)
    assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }), 0)
  })

  it("compares a date with the server's own clock where that is known", () => {
    const headers = { 'retry-after': 'Thu, 01 Jan 2026 09:00:20 GMT', date: 'Thu, 01 Jan 2026 09:00:00 GMT' }
    assert.equal(read(headers), 20_000)
  })

  it('counts for nothing if it is missing or makes no sense', () => {
    for (const value of ['', 'soon', '-5', '1.5', '12 s', '2026-01-01T13:00:00Z']) {
      assert.equal(read({ 'retry-after': value }), null, value)
    }
    assert.equal(read({}), null)
  })
})
