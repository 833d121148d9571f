import type { SimulatorOptions } from '../simulators/google/simulator'
import { googleWorld } from './google-world'
import { providerContract } from './provider-contract'

/** What Google is known to do in one way or another. */
const SETTINGS: readonly { name: string; options: Partial<SimulatorOptions> }[] = [
  { name: 'Google as simulated', options: {} },
  { name: 'a Google whose exceptions do not follow their series', options: { behaviour: { exceptions: 'keep' } } },
  {
    name: 'a Google that forgets the exceptions of a series that moves',
    options: { behaviour: { movedSeries: 'resets' } },
  },
  { name: 'a Google whose occurrences have ETags of their own', options: { behaviour: { virtualEtag: 'own' } } },
  {
    name: 'a Google whose series change with their occurrences',
    options: { behaviour: { seriesEtag: 'changes', exceptions: 'keep' } },
  },
  { name: 'a Google that pages oddly', options: { paging: { pageSize: 1, emptyPages: true, exceptionsFirst: true } } },
]

for (const { name, options } of SETTINGS)
  providerContract(`The Google provider with ${name}`, () => googleWorld(options))
