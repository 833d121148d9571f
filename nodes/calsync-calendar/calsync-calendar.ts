import type { NodeAPI, NodeDef } from '../../src/runtime/node-red'
import { CalendarAccess } from '../../src/runtime/engine'
import { engineOf } from '../../src/runtime/shell'
import type { AccountNode, CalendarNode } from '../../src/runtime/shell'

type Config = NodeDef & { accountType: string; googleAccount: string; icloudAccount: string; calendarId: string }

export = (RED: NodeAPI): void => {
  function CalendarConfig(this: CalendarNode, config: Config): void {
    RED.nodes.createNode(this, config)
    const { accountType, calendarId } = config
    const account = accountType === 'icloud' ? config.icloudAccount : config.googleAccount
    const node = RED.nodes.getNode(account) as AccountNode | null
    const label = config.name || calendarId || 'calendar'
    this.calsync = new CalendarAccess(this.id, engineOf(RED), node?.calsync, accountType, calendarId, label)
  }
  RED.nodes.registerType('calsync-calendar', CalendarConfig)
}
