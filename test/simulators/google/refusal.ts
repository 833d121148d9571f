/** A refusal in Google's error envelope: code, reason and message are what clients decide by. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: { domain?: string; locationType?: string; location?: string } = {},
  ) {
    super(message)
  }

  /** The JSON answer that the API gives. */
  toResponse(): Response {
    const error = { domain: 'global', reason: this.reason, message: this.message, ...this.details }
    const body = { error: { errors: [error], code: this.code, message: this.message } }
    return jsonResponse(this.code, body)
  }
}

export const invalid = (message: string, location?: string): Refusal =>
  new Refusal(400, 'invalid', message, location === undefined ? {} : { locationType: 'parameter', location })

export const notFound = (): Refusal => new Refusal(404, 'notFound', 'Not Found')

export const deleted = (): Refusal => new Refusal(410, 'deleted', 'Resource has been deleted')

export const duplicate = (): Refusal => new Refusal(409, 'duplicate', 'The requested identifier already exists.')

export const forbidden = (): Refusal =>
  new Refusal(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', { domain: 'calendar' })

export const unsupported = (what: string): Refusal =>
  new Refusal(501, 'notImplemented', `The simulator does not support ${what}.`)

/** A response with a JSON body, as the API sends it. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
  })
}
