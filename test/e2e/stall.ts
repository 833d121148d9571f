import type { World } from '../demo/world'

type Here = 'google' | 'icloud'

/** Silence: the request is open for ever. */
const silence = (): Promise<never> => new Promise(() => undefined)

/**
 * Both servers fall silent at the n-th write to one of them. Resolves when they do.
 *
 * @param when `done`: that write was carried out, and only its answer is lost; `asked`: it is not carried out
 */
export function stallAt(world: World, here: Here, count: number, when: 'done' | 'asked'): Promise<void> {
  return new Promise((resolve) => {
    let silent = false
    let writes = 0
    const hear = (server: Here, method: string, stage: 'done' | 'asked'): Promise<never> | undefined => {
      if (silent) return silence()
      if (server !== here || stage !== when || !['POST', 'PUT'].includes(method)) return undefined
      writes += 1
      if (writes < count) return undefined
      silent = true
      resolve()
      return silence()
    }
    world.google.interfere = (stage, { method, url }) =>
      url.pathname === '/token' ? undefined : hear('google', method, stage === 'before' ? 'asked' : 'done')
    world.icloud.interfere = {
      before: ({ method }) => hear('icloud', method, 'asked'),
      after: ({ method }, response) => hear('icloud', method, 'done') ?? response,
    }
  })
}

/** Both servers answer again. */
export function goOn(world: World): void {
  world.google.interfere = () => undefined
  world.icloud.interfere = {}
}
