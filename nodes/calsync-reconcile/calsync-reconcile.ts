import type { Node, NodeAPI, NodeDef } from '../../src/runtime/node-red'
import { wireReconciler } from '../../src/runtime/reconcile-node'

type Config = NodeDef & { left: string; right: string; wires: string[][] } & Record<string, unknown>

export = (RED: NodeAPI): void => {
  function CalsyncReconcile(this: Node, config: Config): void {
    RED.nodes.createNode(this, config)
    wireReconciler(RED, this, config)
  }
  RED.nodes.registerType('calsync-reconcile', CalsyncReconcile)
}
