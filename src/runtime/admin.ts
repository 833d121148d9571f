import { accountRoutes } from './account-routes'
import type { Engine } from './engine'
import type { NodeAPI } from './node-red'
import type { Route } from './routes'
import { serveRoute } from './routes'

const registered = new WeakSet<object>()

/** Registers the admin routes, once a process. */
export function serveAdmin(RED: NodeAPI, engine: Engine): void {
  const { httpAdmin } = RED
  if (!httpAdmin || registered.has(httpAdmin)) return
  registered.add(httpAdmin)
  for (const route of [metricsRoute(engine), ...accountRoutes(RED, engine.around)]) serveRoute(RED, route)
}

/** `GET /calsync/metrics`: the page for Prometheus. */
const metricsRoute = (engine: Engine): Route => ({
  method: 'get',
  path: '/calsync/metrics',
  permission: ['calsync-reconcile.read'],
  answer: async () => ({ is: 'text', ...(await engine.metrics.page()) }),
})
