import assert from 'node:assert/strict'
import { observed } from '../../src/transport/observed'

describe('Requests that are watched', () => {
  const answer = (text: string): Promise<Response> =>
    Promise.resolve(new Response(text, { status: 207, headers: { server: 'x' } }))

  it('go through with their answers, and are kept in order with the beginning of a long one', async () => {
    const long = 'a'.repeat(100_000)
    const requests = observed(() => answer(long), 9)
    const response = await requests.fetch('https://dav.example.org/a?b=c', { method: 'REPORT' })
    assert.equal((await response.text()).length, long.length)
    const [kept] = requests.exchanges
    assert.deepEqual(
      [kept?.method, kept?.url.pathname, kept?.status, kept?.headers.get('server')],
      ['REPORT', '/a', 207, 'x'],
    )
    assert.ok((kept?.text.length ?? 0) < 10_000)
  })

  it('are told once each', async () => {
    const requests = observed(() => answer(''), 9)
    await requests.fetch('https://dav.example.org/1')
    assert.equal(requests.take().length, 1)
    await requests.fetch('https://dav.example.org/2')
    assert.deepEqual(
      requests.take().map(({ url }) => url.pathname),
      ['/2'],
    )
    assert.equal(requests.exchanges.length, 2)
  })

  it('are no more than so many', async () => {
    let sent = 0
    const requests = observed(() => answer(String((sent += 1))), 2)
    await requests.fetch('https://dav.example.org/')
    await requests.fetch('https://dav.example.org/')
    await assert.rejects(requests.fetch('https://dav.example.org/'), /More than 2 requests/)
    assert.equal(sent, 2)
  })

  it('that get no answer are kept as such', async () => {
    const requests = observed(() => Promise.reject(new TypeError('fetch failed')), 2)
    await assert.rejects(requests.fetch('https://dav.example.org/'), /fetch failed/)
    assert.deepEqual(
      requests.take().map(({ status }) => status),
      [null],
    )
  })
})
