/** Google's error envelope. */
export function google(status: number, reason: string, message: string = reason): Response {
  const error = { errors: [{ domain: 'global', reason, message }], code: status, message }
  return new Response(JSON.stringify({ error }), { status, headers: { 'content-type': 'application/json' } })
}

/** A DAV error, bare or with the precondition that was not met. */
export function dav(status: number, precondition?: string): Response {
  if (precondition === undefined) return new Response(null, { status })
  const text = `<?xml version="1.0"?><error xmlns="DAV:"><${precondition}/></error>`
  return new Response(text, { status, headers: { 'content-type': 'text/xml' } })
}

export const limited = (): Response => google(403, 'rateLimitExceeded', 'Rate Limit Exceeded')

/** What servers say of a sync token that they don't like, and what only looks like it. */
export const GOOGLE_REFUSALS = [
  () => google(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.'),
  () => google(410, 'updatedMinTooLongAgo', 'The requested minimum modification time lies too far in the past.'),
  () => google(410, 'deleted', 'Resource has been deleted'),
  () => google(400, 'invalid', 'Invalid sync token value.'),
  () => google(403, 'forbidden', 'Forbidden'),
]
export const TOKEN_REFUSALS = [
  () => dav(403, 'valid-sync-token'),
  () => dav(403),
  ...[400, 409, 410, 412, 507].map((status) => () => dav(status)),
]

/** A listing without what it lists: complete as far as anyone can tell. */
export async function withoutMembers(response: Response): Promise<Response> {
  const text = await response.text()
  const { status, headers } = response
  if (status >= 300) return new Response(text, { status, headers })
  if (text.startsWith('{')) {
    const { nextPageToken: _more, ...page } = JSON.parse(text) as Record<string, unknown>
    return new Response(JSON.stringify({ nextSyncToken: 'empty', ...page, items: [] }), { status, headers })
  }
  const parts = text.split(/(<(?:\w+:)?response>.*?<\/(?:\w+:)?response>)/s)
  return new Response(parts.filter((part) => !/href>[^<]*\.ics<\//.test(part)).join(''), { status, headers })
}
