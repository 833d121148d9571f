import type { World } from '../demo/world'

/** Silence: the request is open for ever. */
const silence = (): Promise<never> => new Promise(() => undefined)

/**
 * Both servers fall silent at the n-th write, counted over both. Resolves when they do.
 *
 * @param when `done`: that write was carried out, and only its answer is lost; `asked`: it is not carried out
 */
export function stallAt(world: World, count: number, when: 'done' | 'asked'): Promise<void> {
  return new Promise((resolve) => {
    let silent = false
    let writes = 0
    const hear = (method: string, stage: 'done' | 'asked'): Promise<never> | undefined => {
      if (silent) return silence()
      if (stage !== when || !['POST', 'PUT'].includes(method)) return undefined
      writes += 1
      if (writes < count) return undefined
      silent = true
      resolve()
      return silence()
    }
    world.google.interfere = (stage, { method, url }) =>
      url.pathname === '/token' ? undefined : hear(method, stage === 'before' ? 'asked' : 'done')
    world.icloud.interfere = {
      before: ({ method }) => hear(method, 'asked'),
      after: ({ method }, response) => hear(method, 'done') ?? response,
    }
  })
}

/** Both servers answer again. */
export function goOn(world: World): void {
  world.google.interfere = () => undefined
  world.icloud.interfere = {}
}
