import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createCaldavProvider } from '../../src/caldav'
import { NO_END, Reader, created, updated, written } from '../contract/reader'
import { anyChange } from '../ical/arbitrary'
import { onRealServers } from './real-servers'

onRealServers((server, name) => {
  it('holds what the answer to a write says, whatever is written', async function () {
    // SOGo writes each text anew under the ETag that it answers, and what it makes of any text is not known yet
    if (name === 'SOGo') return this.skip()
    const surroundings = {
      fetch,
      now: Date.now,
      sleep: () => Promise.resolve(),
      localZone: 'Europe/Berlin',
      random: Math.random,
    }
    const provider = await createCaldavProvider(server().config, surroundings)
    const path = await server().newCalendar()
    const calendar = await provider.open(path, NO_END)
    let count = 0
    const change = fc.asyncProperty(anyChange, async ({ before, fields, changed }) => {
      const made = await created(calendar, `random-${++count}`, before)
      assert.deepEqual((await new Reader(calendar).only()).fields, made.fields)
      const edited = await updated(calendar, made, fields, ...changed)
      const read = await new Reader(calendar).only()
      assert.deepEqual([read.fields, read.mark], [edited.fields, edited.mark])
      await written(calendar, calendar.delete(read, NO_END))
    })
    await fc.assert(change, { seed: 7, numRuns: 12 })
    await server().removeCalendar(path)
  })
})
