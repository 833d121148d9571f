import type { Node, NodeAPI, NodeDef } from '../../src/runtime/node-red'
import { calendarOf, engineOf, handle, show, showLogins } from '../../src/runtime/shell'
import { Source, readsOf } from '../../src/runtime/source'
import type { SendEvents } from '../../src/runtime/source'
import { switchOf } from '../../src/runtime/switches'

type Config = NodeDef & { calendar: string; sendEvents: SendEvents }

export = (RED: NodeAPI): void => {
  function CalendarSource(this: Node, config: Config): void {
    RED.nodes.createNode(this, config)
    const access = calendarOf(RED, config.calendar, engineOf(RED))
    const source = new Source(access, config.sendEvents)

    const closed = handle(RED, this, async (msg, { signal, send, copy }) => {
      if (msg.topic === 'calendars') {
        const payload = await source.calendars(signal)
        send([copy(msg, { topic: 'calendars', payload, calsync: { reads: readsOf(msg) } })])
        return
      }
      switchOf(msg, 'dryRun') // reading is the same, but what is wrong is told where it came in
      const full = switchOf(msg, 'fullSync') ?? false
      show(this, 'blue', 'reading', 'ring')
      const { payload, record, error } = await source.read(full, signal, (known) => {
        show(this, 'blue', `reading ${known}`, 'ring')
      })
      const reads = [...readsOf(msg).filter(({ node }) => node !== record.node), record]
      send([copy(msg, { topic: payload.calendar.name, payload, calsync: { reads } })])
      if (error) throw error
      show(this, 'green', `${record.total} events`)
    })
    showLogins(this, [access.watchLogin], closed)
  }
  RED.nodes.registerType('calendar-source', CalendarSource)
}
