import assert from 'node:assert/strict'
import type { HttpRequest, HttpResponse, NodeAPI } from '../../src/runtime/node-red'
import { CalSyncError } from '../../src/runtime/errors'
import { serveRoute } from '../../src/runtime/routes'
import type { Reply, Route } from '../../src/runtime/routes'

type Handler = (request: HttpRequest, response: HttpResponse) => void
type Answered = { status: number; body: unknown }

/** Serves one route, and asks it as Express would; `json` of the response is Express's, which throws what can't be sent. */
async function ask(
  route: Partial<Route>,
  request: Partial<HttpRequest> = {},
  isGone = false,
): Promise<Answered & { log: string[] }> {
  const log: string[] = []
  let serve: Handler | undefined
  let closed: () => void = () => undefined
  const register = (_path: string, ...handlers: unknown[]): void => void (serve = handlers.at(-1) as Handler)
  const RED = {
    httpAdmin: { get: register, post: register },
    auth: { needsPermission: () => undefined },
    log: { error: (line: string) => log.push(line) },
  } as unknown as NodeAPI
  const whole: Route = { method: 'get', path: '/calsync/x', permission: ['x.read'], answer: () => done({}), ...route }
  serveRoute(RED, whole)
  const answered = await new Promise<Answered>((resolve) => {
    let status = 200
    const response: HttpResponse = {
      on: (_, listener) => void (closed = listener),
      set: () => undefined,
      status: (code) => {
        status = code
        return response
      },
      send: (text) => resolve({ status, body: text }),
      json: (value) => resolve({ status, body: JSON.parse(JSON.stringify(value)) as unknown }),
    }
    serve?.({ headers: {}, ...request }, response)
    if (isGone) closed()
  })
  return { ...answered, log }
}

const done = (value: object): Promise<Reply> => Promise.resolve({ is: 'json', value })

describe('an admin route', () => {
  it('answers what the user can do something about, and its code', async () => {
    const answer = (): Promise<Reply> => Promise.reject(new CalSyncError('reauthorise', 'Sign in again.'))
    const { status, body, log } = await ask({ answer })
    assert.deepEqual([status, body, log], [422, { code: 'calsync.reauthorise', message: 'Sign in again.' }, []])
  })

  it('says nothing of a defect but that there is one, and logs what it is', async () => {
    const answer = (): Promise<Reply> => Promise.reject(new TypeError('secret is not a function'))
    const { status, body, log } = await ask({ answer })
    assert.equal(status, 500)
    assert.doesNotMatch(JSON.stringify(body), /secret/)
    assert.match(log.join(), /secret is not a function/)
  })

  it('survives an answer that can’t be sent', async () => {
    const circular: Record<string, unknown> = {}
    circular['itself'] = circular
    assert.equal((await ask({ answer: () => done(circular) })).status, 500)
  })

  it('takes from the query what is one text, and nothing that is more', async () => {
    const answer: Route['answer'] = ({ query }) => done(query)
    const { body } = await ask({ answer }, { query: { a: '1', b: ['1', '2'], c: { d: '1' } } })
    assert.deepEqual(body, { a: '1' })
  })

  it('tells what it does when the browser gives up', async () => {
    const answer: Route['answer'] = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    assert.deepEqual((await ask({ answer }, {}, true)).body, {
      code: 'calsync.aborted',
      message: 'The browser has given up.',
    })
  })

  it('takes no list for a body', async () => {
    const request = { headers: { 'content-type': 'application/json; charset=utf-8' }, body: [] }
    assert.equal((await ask({ method: 'post' }, request)).status, 415)
    assert.equal((await ask({ method: 'post' }, { ...request, body: {} })).status, 200)
  })
})
