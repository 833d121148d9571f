import type { CalendarInfo } from '../event/calendar'
import type { WhyNot } from './check'
import type { CalendarAccess, Engine } from './engine'
import type { Node, NodeAPI } from './node-red'

/** The calendars that are synced, or that a node names, are no place to try things out; nor is anybody's main one. */
export function whyNotScratch(RED: NodeAPI, engine: Engine): WhyNot {
  return async (calendar) => {
    const { name, identity, primary } = calendar
    if (primary) return `"${name}" is the main calendar of the account.`
    if ((await engine.pairsWith(identity)).length > 0) return `"${name}" is or was synced by this Node-RED.`
    if (namedByNodes(RED).some((access) => isIt(access, calendar))) return `"${name}" is used by a calendar node.`
    return undefined
  }
}

function namedByNodes(RED: NodeAPI): CalendarAccess[] {
  const found: CalendarAccess[] = []
  RED.nodes.eachNode(({ id, type }) => {
    if (type !== 'calsync-calendar') return
    const node: (Node & { calsync?: CalendarAccess }) | null = RED.nodes.getNode(id)
    if (node?.calsync) found.push(node.calsync)
  })
  return found
}

/** One that was never reached is judged by what its node says: one of another account may have the same name. */
function isIt({ known, calendarId }: CalendarAccess, { id, name, identity }: CalendarInfo): boolean {
  return known ? known.identity === identity : [id, name].includes(calendarId.trim())
}
