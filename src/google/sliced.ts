import { setImmediate } from 'node:timers/promises'

/** Work on one thing that may be long: it yields where others may have the event loop. */
export type Sliced<T> = Generator<void, T>

/** Does it in one go. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** Does it slice by slice. */
export async function bySlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    await setImmediate()
  }
}
