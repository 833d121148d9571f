import { accountRoutes } from './account-routes'
import { checkRoutes } from './check-routes'
import type { Engine } from './engine'
import { loginRoutes } from './login-routes'
import type { NodeAPI } from './node-red'
import { previewRoute } from './preview-routes'
import type { Route } from './routes'
import { serveRoute } from './routes'

const registered = new WeakSet<object>()

/** Registers the admin routes, once a process. `newKey`: a text that nobody can guess, see `loginRoutes`. */
export function serveAdmin(RED: NodeAPI, engine: Engine, newKey: () => string): void {
  const { httpAdmin } = RED
  if (!httpAdmin || registered.has(httpAdmin)) return
  registered.add(httpAdmin)
  const { around } = engine
  const routes = [
    metricsRoute(engine),
    previewRoute(engine),
    ...accountRoutes(RED, around),
    ...loginRoutes(RED, around, newKey),
    ...checkRoutes(RED, engine, newKey),
  ]
  for (const route of routes) serveRoute(RED, route)
}

/** `GET /calsync/metrics`: the page for Prometheus. */
const metricsRoute = (engine: Engine): Route => ({
  method: 'get',
  path: '/calsync/metrics',
  permission: ['calsync-reconcile.read'],
  answer: async () => ({ is: 'text', ...(await engine.metrics.page()) }),
})
