import type { Node, NodeAPI, NodeDef } from '../../src/runtime/node-red'
import { calendarOf, engineOf, handle, show, showLogins } from '../../src/runtime/shell'
import { Sink } from '../../src/runtime/sink'
import { switchOf } from '../../src/runtime/switches'

type Config = NodeDef & { calendar: string }

export = (RED: NodeAPI): void => {
  function CalendarSink(this: Node, config: Config): void {
    RED.nodes.createNode(this, config)
    const access = calendarOf(RED, config.calendar, engineOf(RED))
    const sink = new Sink(engineOf(RED), access)

    const closed = handle(RED, this, async (msg, { signal, send, copy }) => {
      const dryRun = switchOf(msg, 'dryRun') ?? false
      show(this, 'blue', 'writing', 'ring')
      const { payload, error } = await sink.input(msg.payload, dryRun, signal, (done, of) => {
        show(this, 'blue', `writing ${done}/${of}`, 'ring')
      })
      send([copy(msg, { topic: payload.calendar.name, payload })])
      if (error) throw error
      const { create, update, delete: deleted } = payload.applied
      show(this, 'green', dryRun ? 'dry run' : `${create + update + deleted} written`)
    })
    showLogins(this, [access.watchLogin], closed)
  }
  RED.nodes.registerType('calendar-sink', CalendarSink)
}
