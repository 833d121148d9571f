import type { TellLine } from '../../src/runtime/check'
import { checkByMessage } from '../../src/runtime/check-message'
import type { Node, NodeAPI, NodeDef } from '../../src/runtime/node-red'
import { calendarOf, engineOf, handle, show, showLogins } from '../../src/runtime/shell'
import { Source, readsOf } from '../../src/runtime/source'
import type { SendEvents } from '../../src/runtime/source'
import { switchOf } from '../../src/runtime/switches'

type Config = NodeDef & { calendar: string; sendEvents: SendEvents }

export = (RED: NodeAPI): void => {
  function CalendarSource(this: Node, config: Config): void {
    RED.nodes.createNode(this, config)
    const engine = engineOf(RED)
    const access = calendarOf(RED, config.calendar, engine)
    const source = new Source(access, config.sendEvents)

    const closed = handle(RED, this, async (msg, { signal, send, copy }) => {
      if (msg.topic === 'calendars') {
        const payload = await source.calendars(signal)
        send([copy(msg, { topic: 'calendars', payload, calsync: { reads: readsOf(msg) } })])
        return
      }
      // a calendar may have this name: what comes from a source is no command
      if (msg.topic === 'check' && readsOf(msg).length === 0) {
        let lines = 0
        const tell: TellLine = (_, of) => show(this, 'blue', `checking ${(lines += 1)}/${of}`, 'ring')
        const payload = await checkByMessage(RED, engine, access, msg.payload, tell, signal)
        send([copy(msg, { topic: 'check', payload, calsync: { reads: [] } })])
        show(this, 'green', payload.confirm ? 'needs confirm' : 'checked')
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
