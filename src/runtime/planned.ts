import { append } from '../event/lists'
import type { Agreement } from '../sync/agreement'
import { holdMassDeletion } from '../sync/limit'
import type { Both, Rules, Step, Uid } from '../sync/model'
import { plan } from '../sync/plan'
import type { Replica } from '../sync/replica'
import type { Surroundings } from './surroundings'

/** What a plan is made from. `deletedLately`: to each side, in the last 24 hours. */
export type View = {
  readonly agreement: Agreement
  readonly replicas: Both<Replica>
  readonly deletedLately: Both<number>
}

/** How long a slice of planning may take, in milliseconds. */
const SLICE = 8

/**
 * Plans; the event loop gets its turn in between. Nothing is changed.
 *
 * @param settings hash of all that decides besides the state
 * @param only these events; default: all of which there is news
 */
export async function planned(
  { agreement, replicas, deletedLately }: View,
  rules: Rules,
  settings: string,
  { now, pause }: Pick<Surroundings, 'now' | 'pause'>,
  only?: ReadonlySet<Uid>,
): Promise<Step[]> {
  const steps: Step[] = []
  let begun = now()
  for (const some of plan(agreement, replicas, rules, settings, only)) {
    append(steps, some)
    if (now() - begun < SLICE) continue
    await pause()
    begun = now()
  }
  return holdMassDeletion(steps, deletedLately, agreement, rules)
}
