import { World } from '../demo/world'
import { Site } from './site'
import { thisMonday } from './sides'

/** Two seeded calendars on simulated servers, and somebody's Node-RED. */
export type Stage = {
  readonly world: World
  readonly site: Site
  /** Brings what the world shows of the CalDAV side up to date; for a simulated server there is nothing to do. */
  readonly pull: () => Promise<void>
  /** Sends what the owner of the CalDAV side did in the world to the server. */
  readonly push: () => Promise<void>
  readonly close: () => Promise<void>
}

/** @param red the `red.js` of another Node-RED than the repository's */
export async function newStage(red?: string): Promise<Stage> {
  const world = World.seeded(() => Date.now(), thisMonday())
  const servers = await world.serve({ google: 0, icloud: 0 })
  const { username, password } = world.icloud.options
  const caldav = { url: servers.icloud, username, password, path: world.icloud.calendar.path }
  const site = await Site.create({ google: servers.google, caldav }, red)
  const close = async (): Promise<void> => {
    await site.close()
    await servers.close()
  }
  const nothing = (): Promise<void> => Promise.resolve()
  return { world, site, pull: nothing, push: nothing, close }
}
