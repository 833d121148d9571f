import type { Engine } from './engine'
import type { HttpRequest, NodeAPI } from './node-red'

const registered = new WeakSet<object>()

/** Registers the admin routes, once a process. */
export function serveAdmin(RED: NodeAPI, engine: Engine): void {
  const { httpAdmin, auth } = RED
  if (!httpAdmin || !auth || registered.has(httpAdmin)) return
  registered.add(httpAdmin)
  httpAdmin.get('/calsync/metrics', auth.needsPermission('calsync-reconcile.read'), (request, response) => {
    if (isForeign(request)) {
      response.sendStatus(403)
      return
    }
    engine.metrics.page().then(
      ({ contentType, text }) => {
        response.set('content-type', contentType)
        response.send(text)
      },
      () => response.sendStatus(500),
    )
  })
}

/** A call from another site's page in the user's browser: without adminAuth nothing else keeps it out. */
function isForeign(request: HttpRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') return true
  const { origin, host } = request.headers
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host !== host
}
