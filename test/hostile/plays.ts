/**
 * Plays one hostile input, made from a seed alone: the same seed gives the same input on every machine. Rejects with
 * what is wrong (an internal error, a block, a wrong value taken as good); else tells in a word or two what came of it.
 */
export type Play = (seed: number, timed?: Timed) => string | Promise<string>

/** Does a part of a play that goes on in one go, and measures it, where somebody wants to know. */
export type Timed = <T>(part: () => T) => T

/** Plays the seeds from one on, for a test: all that fail are told, each with its seed. */
export async function playAll(play: Play, count: number, from = 0): Promise<void> {
  const errors: Error[] = []
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      await play(seed)
    } catch (cause) {
      errors.push(new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }))
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'))
}
