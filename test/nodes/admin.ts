import { createRequire } from 'node:module'

export type Answer = {
  readonly status: number
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}
type Asking = {
  get(path: string): Asking & PromiseLike<Answer>
  post(path: string): Asking & PromiseLike<Answer>
  set(headers: Readonly<Record<string, string>>): Asking & PromiseLike<Answer>
  send(body: object | string): Asking & PromiseLike<Answer>
}
const helper = createRequire(__filename)('node-red-node-test-helper') as { request(): Asking }

export const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  helper.request().get(path).set(headers)

/** Posts JSON to the admin API of the flow that is loaded; a text is sent as it is. */
export const post = async (
  path: string,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => helper.request().post(path).set(headers).send(body)
