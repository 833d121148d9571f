import type { Engine } from './engine'
import { CalSyncError } from './errors'
import type { Route } from './routes'
import { invalidInput } from './routes'

/** `POST /calsync/preview` with `{id}` of a deployed calsync-reconcile node: a `Preview`. It makes requests. */
export const previewRoute = (engine: Engine): Route => ({
  method: 'post',
  path: '/calsync/preview',
  permission: ['calsync-reconcile.write'],
  answer: async ({ body: { id } }) => {
    if (typeof id !== 'string') throw invalidInput('The body must be {id}: the id of a calsync-reconcile node.')
    const look = engine.previews.get(id)
    if (look) return { is: 'json', value: await look() }
    const text = 'This node does not run: deploy it first, and see that neither it nor its flow is disabled.'
    throw new CalSyncError('not-deployed', text, 'not deployed')
  },
})
