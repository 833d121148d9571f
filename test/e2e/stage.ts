import { World } from '../demo/world'
import { Site } from './site'
import { thisMonday } from './sides'

/** Two seeded calendars on simulated servers, and somebody's Node-RED. */
export type Stage = { readonly world: World; readonly site: Site; close(): Promise<void> }

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
  return { world, site, close }
}
