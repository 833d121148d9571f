import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { CaldavServer } from '../simulators/caldav'
import { serveOverHttp } from '../simulators/google/http'
import { GoogleSimulator } from '../simulators/google/simulator'
import { BOTH, GOOGLE_ONLY, ICLOUD_ONLY, ICLOUD_PLACES } from './events'
import { GoogleOwner } from './google-owner'
import { IcloudOwner } from './icloud-owner'
import { dump, restore, type Kept } from './keep'

/** Two servers with a calendar each, and their owner. */
export class World {
  readonly google: GoogleSimulator
  readonly icloud: CaldavServer
  readonly googleOwner: GoogleOwner
  readonly icloudOwner: IcloudOwner
  private saving: Promise<unknown> = Promise.resolve()

  private constructor(now: () => number, account = 'anna@gmail.com') {
    this.google = new GoogleSimulator({ now, account })
    this.icloud = new CaldavServer({ clock: now, username: 'anna@icloud.com' })
    this.googleOwner = new GoogleOwner(this.google)
    this.icloudOwner = new IcloudOwner(this.icloud, () => randomUUID().toUpperCase())
  }

  /**
   * Both calendars with their first events, which lie around `monday` (`YYYY-MM-DD`).
   *
   * @param account the Google account, by which its calendar is known
   */
  static seeded(now: () => number, monday: string, account?: string): World {
    const world = new World(now, account)
    const moved = BOTH.map((event) => ({ ...event, place: ICLOUD_PLACES[event.title] ?? event.place }))
    world.googleOwner.seed([...BOTH, ...GOOGLE_ONLY], monday)
    world.icloudOwner.seed([...moved, ...ICLOUD_ONLY], monday)
    return world
  }

  /** Both calendars as they were saved; undefined if nothing was. Rejects if what was saved can't be read. */
  static async load(now: () => number, file: string): Promise<World | undefined> {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const world = new World(now)
    restore(world.google, world.icloud, JSON.parse(text) as Kept)
    return world
  }

  /** Keeps both calendars as they are now. Saves one after the other: the page and the flow may ask at once. */
  save(file: string): Promise<void> {
    const saved = this.saving.then(async () => {
      await writeFile(`${file}.tmp`, JSON.stringify(dump(this.google, this.icloud)))
      await rename(`${file}.tmp`, file)
    })
    this.saving = saved.catch(() => undefined) // its own caller is told; the next one tries anew
    return saved
  }

  /** Puts both servers on these ports of 127.0.0.1. */
  async serve(ports: {
    google: number
    icloud: number
  }): Promise<{ google: string; icloud: string; close(): Promise<void> }> {
    const google = await serveOverHttp(this.google.fetch, ports.google)
    const icloud = await serveOverHttp(
      (input, init) => this.icloud.respond(new Request(input, { ...init, redirect: 'manual' })),
      ports.icloud,
    )
    const origin = icloud.url.replace(/\/$/, '')
    Object.assign(this.icloud.options, { origin, homeOrigin: origin })
    const close = async (): Promise<void> => {
      await Promise.all([google.close(), icloud.close()])
    }
    return { google: google.url, icloud: origin, close }
  }
}
