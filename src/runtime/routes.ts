import { quietly } from './callbacks'
import { asCalSyncError, CalSyncError, reasonOf } from './errors'
import { isForeign } from './foreign'
import { oneLine } from './log'
import type { HttpRequest, HttpResponse, NodeAPI } from './node-red'

/** What a route is asked: the members of a JSON body, and those values of the query that are plain texts. */
export type Asked = {
  readonly body: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, string>>
  /** Aborted when the browser gives up. */
  readonly signal: AbortSignal
}
export type Reply =
  | { readonly is: 'json'; readonly value: object }
  | { readonly is: 'text'; readonly contentType: string; readonly text: string; readonly status?: number }

/**
 * An admin route. `get` changes nothing; `post` takes a JSON object and nothing else, since a form of another site's
 * page can be sent to us unasked.
 */
export type Route = {
  readonly method: 'get' | 'post'
  /** Under Node-RED's admin root: `/calsync/...`. */
  readonly path: string
  /**
   * Node-RED's names of the permissions that are needed, all of them. `none`: anybody, other sites' pages too; such a
   * route must have a secret of its own to go by.
   */
  readonly permission: readonly string[] | 'none'
  /** What it rejects with is answered as `{code, message}`: a `CalSyncError` or provider's error, meant for the user. */
  answer(asked: Asked): Promise<Reply>
}

type Refusal = { readonly status: number; readonly code: string; readonly message: string }

/**
 * Registers a route. It asks for the permission, refuses calls of other sites' pages and writes that are not JSON, and
 * nothing that its answer rejects with gets out (in Node-RED it would end the whole process).
 */
export function serveRoute(RED: NodeAPI, route: Route): void {
  const { httpAdmin, auth } = RED
  if (!httpAdmin || !auth) return
  const handler = (request: HttpRequest, response: HttpResponse): void => {
    response.set('cache-control', 'no-store')
    const gone = new AbortController()
    response.on('close', () => gone.abort(new CalSyncError('aborted', 'The browser has given up.')))
    answer(request, route, gone.signal)
      .then((reply) => send(response, reply))
      .catch((error: unknown) => refuse(response, refusalOf(error, RED)))
      .catch((error: unknown) => logLine(RED, `an admin route could not answer: ${reasonOf(error)}`))
  }
  const guards = route.permission === 'none' ? [] : [auth.needsPermission(route.permission)]
  httpAdmin[route.method](route.path, ...guards, handler)
}

async function answer(request: HttpRequest, route: Route, signal: AbortSignal): Promise<Reply> {
  if (route.permission !== 'none' && isForeign(request)) throw new Refused(FOREIGN)
  if (route.method === 'post' && !isJson(request)) throw new Refused(NOT_JSON)
  const body = route.method === 'post' ? (request.body as Asked['body']) : {}
  return route.answer({ body, query: textsOf(request), signal })
}

function isJson({ headers, body }: HttpRequest): boolean {
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase()
  return type === 'application/json' && typeof body === 'object' && body !== null && !Array.isArray(body)
}

const textsOf = ({ query }: HttpRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

function send(response: HttpResponse, reply: Reply): void {
  if (reply.is === 'json') {
    response.json(reply.value)
    return
  }
  response.set('content-type', reply.contentType)
  for (const [name, value] of Object.entries(HARMLESS)) response.set(name, value)
  response.status(reply.status ?? 200).send(reply.text)
}

/** A page of ours loads and runs nothing, stands in no other page, and tells nobody its address. */
const HARMLESS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function refuse(response: HttpResponse, { status, code, message }: Refusal): void {
  response.status(status).json({ code, message })
}

const logLine = (RED: NodeAPI, text: string): void => quietly(() => RED.log.error(`[calsync] ${oneLine(text)}`))

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message)
  }
}

const FOREIGN: Refusal = {
  status: 403,
  code: 'calsync.foreign-call',
  message:
    'The call comes from a page of another site. If Node-RED is behind a proxy, have it pass on the header Host, or set X-Forwarded-Host.',
}
const NOT_JSON: Refusal = {
  status: 415,
  code: 'calsync.not-json',
  message: 'The body must be a JSON object, with content type application/json.',
}

/** Never 401, by which the editor would take its own login for lost, nor 502, which proxies replace by a page of theirs. */
function refusalOf(error: unknown, RED: NodeAPI): Refusal {
  if (error instanceof Refused) return error.refusal
  const { code, message } = asCalSyncError(error)
  if (code !== 'calsync.internal') return { status: code === 'calsync.invalid-input' ? 400 : 422, code, message }
  logLine(RED, `an admin route failed: ${message}`)
  return { status: 500, code, message: 'CalSync has a defect: Node-RED’s log says more.' }
}

/** What is wrong with a request's body, as an error. */
export const invalidInput = (message: string): CalSyncError =>
  new CalSyncError('invalid-input', message, 'invalid input')

/** A text in a request's body. @throws CalSyncError if it is not there */
export function textIn(body: Asked['body'], name: string): string {
  const value = body[name]
  if (typeof value === 'string' && value.length <= 10_000) return value
  throw invalidInput(`The body must hold a text named ${name}.`)
}
