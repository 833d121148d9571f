import { readingSentences } from './reading'
import { refusalSentences } from './refusals'
import { seriesSentences } from './series'
import type { World } from './world'
import { writingSentences } from './writing'

/**
 * What every provider must do, against every server: simulators and real ones alike. Each sentence gets a world of its
 * own.
 *
 * @param name what is tested, as the head of the suite
 * @param makeWorld a world with an empty calendar; see `World`
 */
export function providerContract(name: string, makeWorld: () => Promise<World>): void {
  describe(name, () => {
    let world: World | undefined
    const current = (): World => {
      if (!world) throw new Error('no world yet')
      return world
    }
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(async () => {
      await world?.close()
      world = undefined
    })
    readingSentences(current)
    writingSentences(current)
    seriesSentences(current)
    refusalSentences(current)
  })
}
