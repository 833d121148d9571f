import { isAbsolute } from 'node:path'
import type { Handler } from './wires'
import { NO_END, caldav, failureOf, google } from './wires'

/** What a bomb is for, and how it is answered. */
export type Asked = { readonly of: 'icloud' | 'google'; readonly url: string; readonly job: 'list' | 'read' }
export type Told = { readonly code: string; readonly message: string }

/** Runs in a process of its own, whose memory is small: each bomb in turn, told as a line of JSON. */
async function main(bombs: readonly Asked[]): Promise<void> {
  for (const { of, url, job } of bombs) {
    const account = of === 'google' ? google(url) : caldav(url)
    const asked = async (): Promise<unknown> => {
      const provider = await account.provider()
      if (job === 'list') return provider.listCalendars(NO_END)
      return (await provider.open('/cal/', NO_END)).read(null, new Map(), NO_END)
    }
    const told: Told =
      job === 'list'
        ? await failureOf(asked()).then(({ code, message }) => ({ code, message }))
        : { code: 'read', message: summaryOf(await asked()) }
    console.log(JSON.stringify(told))
  }
}

/** How many are how, so that a line stays short. */
function summaryOf(read: unknown): string {
  const { seen } = read as { readonly seen: readonly { readonly is: string }[] }
  return `${seen.length} ${[...new Set(seen.map(({ is }) => is))].join(' and ')}`
}

/** A calendar of so many members, and how its server answers a request for some of their texts and for one. */
export function calendarOf(members: number, several: () => string, one: () => string | undefined): Handler {
  const xml = (inner: string): string =>
    `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner}</multistatus>`
  const response = (href: string, prop: string): string =>
    `<response><href>${href}</href><propstat><prop>${prop}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`
  const calendar = response(
    '/cal/',
    `<displayname>Mine</displayname><resourcetype><collection/><C:calendar/></resourcetype><sync-token>t1</sync-token>
     <supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set>`,
  )
  return (request, answer, body) => {
    if (request.method === 'GET') {
      const text = one()
      answer.writeHead(text === undefined ? 404 : 200).end(text)
      return
    }
    answer.writeHead(207)
    if (body.includes('sync-collection')) {
      const listed = Array.from({ length: members }, (_, at) =>
        response(`/cal/${at}.ics`, `<getetag>"${at}"</getetag>`),
      )
      answer.end(xml(`${listed.join('')}<sync-token>t1</sync-token>`))
    } else if (body.includes('calendar-multiget')) answer.end(several())
    else answer.end(xml(calendar))
  }
}

if (isAbsolute(process.argv[1] ?? '') && process.argv[1]?.includes('wires-bombs')) {
  main(JSON.parse(process.argv[2] ?? '[]') as Asked[]).catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
  })
}
