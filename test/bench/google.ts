import { admitted } from '../../src/google/admission'
import { seeGroup } from '../../src/google/series'
import { plainText } from '../../src/google/text'
import { plain } from '../hostile/google-answers'
import { manyOccurrences, readOf } from '../hostile/google-answers'

const SURROUNDINGS = { timeZone: 'Europe/Berlin', accessRole: 'owner', defaultReminders: [] }

/** Milliseconds that series with many exceptions take, all of them and their longest slice; and a list, and descriptions. */
export async function benchGoogle(): Promise<void> {
  for (const rule of [
    'FREQ=DAILY',
    'FREQ=DAILY;COUNT=20000',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;UNTIL=20991231',
  ]) {
    for (const count of [730, 2000, 3000]) {
      const [master, ...instances] = manyOccurrences(count, `RRULE:${rule}`).map((item) => admitted(item))
      const begun = performance.now()
      let [last, longest] = [begun, 0]
      for (const _ of seeGroup({ id: 'many', master, instances }, new Map(), SURROUNDINGS)) {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }
      const all = performance.now() - begun
      console.log(
        `google: ${count} exceptions of ${rule}: ${all.toFixed(0)} ms, the longest slice ${longest.toFixed(1)} ms`,
      )
    }
  }
  const listing = Array.from({ length: 2500 }, (_, index) =>
    plain(`e${index}`, { description: '<b>Bring</b> cake. '.repeat(20) }),
  )
  const begun = performance.now()
  await readOf(listing)
  console.log(`google: a list of 2,500 events: ${(performance.now() - begun).toFixed(0)} ms`)
  for (const what of ['<!--', '<a href="" ', '<a ', '&', '<b', 'href="']) {
    const text = `<a ${what.repeat(Math.floor(1_000_000 / what.length))}`
    const start = performance.now()
    plainText(text)
    console.log(`google: a megabyte of ${what}: ${(performance.now() - start).toFixed(1)} ms`)
  }
}
