import type { Fields } from './event'
import { fieldNames, isException, originalStart, whenOf } from './event'
import { meaning } from './normal'
import { plainOccurrence } from './occurrence'
import { occurs } from './occurs'

/**
 * Finds out what comparing an event with others rests on: what each field means, and each occurrence that differs. Most of
 * it is remembered, so that it costs little to ask again.
 *
 * @throws what stands in the way, so that it does not come up among others
 */
export function requireSound(fields: Fields): void {
  const when = whenOf(fields)
  for (const name of fieldNames(fields)) {
    meaning(fields[name])
    if (!when || !isException(name)) continue
    plainOccurrence(when, originalStart(name))
    occurs(when, originalStart(name))
  }
}
