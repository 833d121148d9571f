import assert from 'node:assert/strict'
import type { RealServer } from '../caldav/real-server'
import { onRealServers } from '../caldav/real-servers'
import { World } from '../demo/world'
import { CALDAV, childOf, DAV, elementsOf, parseXml, textIn, type XmlNode } from '../simulators/caldav/xml'
import { serveOverHttp } from '../simulators/google'
import { shortScenario } from './carried'
import { thisMonday } from './sides'
import { Site } from './site'
import type { Stage } from './stage'

/** A calendar on a real server, as a plain client sees it: resources by name. */
class RealCalendar {
  private readonly authorization: string

  constructor(
    private readonly server: RealServer,
    readonly path: string,
  ) {
    const { username, password } = server.config
    this.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }

  async texts(): Promise<Map<string, string>> {
    const query = `<C:calendar-query xmlns:C="${CALDAV}" xmlns="DAV:"><prop><C:calendar-data/></prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`
    const answer = await this.ask('REPORT', '', query, { depth: '1', 'content-type': 'application/xml' })
    const responses = elementsOf(parseXml(await answer.text())).filter(({ name }) => name === 'response')
    return new Map(responses.map((response) => [nameIn(response), dataIn(response)]))
  }

  async put(name: string, text: string): Promise<void> {
    await this.ask('PUT', name, text, { 'content-type': 'text/calendar; charset=utf-8' })
  }

  async delete(name: string): Promise<void> {
    await this.ask('DELETE', name)
  }

  private async ask(method: string, name: string, body?: string, more: object = {}): Promise<Response> {
    const url = `${this.server.config.serverUrl}${this.path}${encodeURIComponent(name)}`
    const init = {
      method,
      headers: { authorization: this.authorization, ...more },
      ...(body !== undefined && { body }),
    }
    const answer = await fetch(url, init)
    if (!answer.ok) throw new Error(`${method} ${name}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

const nameIn = (response: XmlNode): string =>
  decodeURIComponent(textIn(childOf(response, DAV, 'href')!))
    .split('/')
    .at(-1) ?? ''

function dataIn(response: XmlNode): string {
  const found = elementsOf(childOf(response, DAV, 'propstat')!).map((each) => childOf(each, CALDAV, 'calendar-data'))
  return textIn(found.find((each) => each !== undefined)!)
}

/**
 * The world's Google side is simulated, its other side is real: what its owner does is done to a copy in the world, and
 * then sent.
 */
async function stageWith(server: RealServer): Promise<Stage> {
  const world = World.seeded(() => Date.now(), thisMonday())
  const real = new RealCalendar(server, await server.newCalendar())
  const { calendar } = world.icloud
  let known = new Map<string, string>()
  const pull = async (): Promise<void> => {
    known = await real.texts()
    calendar.members.clear()
    for (const [name, text] of known) world.icloud.user.addText(calendar, text, name)
  }
  const push = async (): Promise<void> => {
    for (const { name, text } of calendar.members.values()) if (known.get(name) !== text) await real.put(name, text)
    for (const name of known.keys()) if (!calendar.members.has(name)) await real.delete(name)
    await pull()
  }
  await push()
  const google = await serveOverHttp(world.google.fetch)
  const { serverUrl: url, username, password } = server.config
  const site = await Site.create({ google: google.url, caldav: { url, username, password, path: real.path } })
  const close = async (): Promise<void> => {
    await site.close()
    await google.close()
  }
  return { world, site, pull, push, close }
}

describe('A Google calendar and one on a real CalDAV server, in a real Node-RED', () => {
  onRealServers((server) => {
    it('come in step, stay so, and go on after a restart', async function () {
      const stage = await stageWith(server())
      try {
        assert.equal(stage.world.icloud.calendar.members.size, 59)
        await shortScenario(stage)
      } finally {
        await stage.close()
      }
    })
  })
})
