import { empty, failure, multistatus, propertiesResponse, statusResponse, xmlAnswer } from './answers'
import type { Resource } from './properties'
import { childrenOf, propertyOf, resourceAt } from './properties'
import type { Collection, Store } from './store'
import type { XmlNode } from './xml'
import { CALDAV, DAV, childOf, element, elementsOf, textIn } from './xml'

/** One response with the properties that were asked for. */
export function describe(store: Store, resource: Resource, asked: readonly XmlNode[]): XmlNode {
  const pairs = asked.map((name) => ({ name, value: propertyOf(store, resource, name.ns, name.name) }))
  const found = pairs.flatMap(({ value }) => value ?? [])
  const missing = pairs.filter(({ value }) => value === undefined).map(({ name }) => element(name.ns, name.name))
  const isShort = resource.is === 'principal' && store.options.shortPrincipalHref
  return propertiesResponse(isShort ? '/principal/' : resource.path, found, missing)
}

export function answerPropfind(store: Store, resource: Resource, depth: string | null, body: XmlNode): Response {
  const prop = childOf(body, DAV, 'prop')
  if (body.name !== 'propfind' || !prop) return empty(400) // allprop fails on iCloud
  if (depth !== '0' && depth !== '1') return empty(403)
  const resources = depth === '1' ? [resource, ...childrenOf(store, resource)] : [resource]
  const responses = resources.map((each) => describe(store, each, elementsOf(prop)))
  return xmlAnswer(207, multistatus(responses), store.options.xml)
}

export function answerReport(store: Store, resource: Resource, depth: string | null, body: XmlNode): Response {
  if (resource.is !== 'collection' || resource.collection.kind !== 'calendar') return empty(403)
  const name = `${body.ns}${body.name}`
  if (name === `${DAV}sync-collection` && store.options.syncCollection) {
    return syncCollection(store, resource.collection, depth, body)
  }
  if (name === `${CALDAV}calendar-multiget`) return multiget(store, resource.collection, body)
  if (name === `${CALDAV}calendar-query`) return query(store, resource.collection, depth, body)
  return failure(403, DAV, 'supported-report', store.options.xml)
}

/** RFC 6578. The Depth header must be there: its absence means 0 only since a late draft, and servers differ. */
function syncCollection(store: Store, collection: Collection, depth: string | null, body: XmlNode): Response {
  const { options } = store
  const token = childOf(body, DAV, 'sync-token')
  const prop = childOf(body, DAV, 'prop')
  const level = childOf(body, DAV, 'sync-level')
  if ((depth !== '0' && depth !== '1') || !token || !prop || !level || textIn(level) !== '1') return empty(400)
  const given = textIn(token)
  const known = given === '' ? 0 : store.readToken(collection, given)
  if (known === undefined && options.forgottenTokens === 'refused') {
    return options.bare403 ? empty(403) : failure(403, DAV, 'valid-sync-token', options.xml)
  }
  const since = known ?? 0
  const changed = [...collection.changes].filter(([name]) => {
    return store.isNews(collection, name, since) && (since > 0 || collection.members.has(name))
  })
  changed.sort(([, a], [, b]) => a - b)
  const told = changed.slice(0, known === undefined ? Infinity : options.deltaLimit) // else its cuts would go in a circle
  const isCut = told.length < changed.length
  const responses = told.map(([name]): XmlNode => {
    const member = resourceAt(store, collection.path + name)
    return member ? describe(store, member, elementsOf(prop)) : statusResponse(collection.path + name, 404)
  })
  const own = describe(store, { is: 'collection', path: collection.path, collection }, elementsOf(prop))
  const cut = statusResponse(collection.path, 507, [
    element(DAV, 'error', [element(DAV, 'number-of-matches-within-limits')]),
  ])
  const all = [
    ...(options.ownHrefInDelta && told.length > 0 ? [own] : []),
    ...responses,
    ...(options.duplicateHrefs ? responses : []),
    ...(isCut && options.deltaCut === 'response' ? [cut] : []),
  ]
  const next = element(DAV, 'sync-token', [store.tokenOf(collection, isCut ? told.at(-1)![1] : collection.sequence)])
  const status = isCut && options.deltaCut === 'status' ? 507 : 207
  return xmlAnswer(status, multistatus(all, [next]), options.xml)
}

function multiget(store: Store, collection: Collection, body: XmlNode): Response {
  const prop = childOf(body, DAV, 'prop')
  const hrefs = elementsOf(body).filter((each) => each.ns === DAV && each.name === 'href')
  if (!prop || hrefs.length === 0) return empty(400)
  const responses = hrefs.map((each) => {
    const path = decodeURIComponent(textIn(each))
    const resource = resourceAt(store, path)
    if (
      resource?.is !== 'member' ||
      resource.collection !== collection ||
      collection.broken.has(resource.member.name)
    ) {
      return statusResponse(path, 404)
    }
    return withData(store, resource, elementsOf(prop))
  })
  return xmlAnswer(207, multistatus(responses), store.options.xml)
}

function withData(store: Store, resource: Resource & { is: 'member' }, asked: readonly XmlNode[]): XmlNode {
  const others = asked.filter((each) => each.name !== 'calendar-data')
  const told = store.options.multigetEtag ? others : others.filter((each) => each.name !== 'getetag')
  const found = told.flatMap((each) => propertyOf(store, resource, each.ns, each.name) ?? [])
  const wantsData = others.length < asked.length
  const data = wantsData ? [element(CALDAV, 'calendar-data', [resource.member.text])] : []
  return propertiesResponse(resource.path, [...found, ...data], [])
}

function query(store: Store, collection: Collection, depth: string | null, body: XmlNode): Response {
  const prop = childOf(body, DAV, 'prop')
  const filter = childOf(body, CALDAV, 'filter')
  const outer = filter && childOf(filter, CALDAV, 'comp-filter')
  const inner = outer && childOf(outer, CALDAV, 'comp-filter')
  if (depth !== '1' || !prop) return empty(400)
  // calcurse #30: a query without a filter for events is refused
  if (outer?.attributes.name !== 'VCALENDAR' || inner === undefined) return empty(400)
  if (inner.attributes.name !== 'VEVENT') return empty(500)
  if (childOf(inner, CALDAV, 'prop-filter')) return empty(412) // home-assistant/core PR #176565
  const members = childrenOf(store, { is: 'collection', path: collection.path, collection })
  const responses = members.flatMap((each) => (each.is === 'member' ? [withData(store, each, elementsOf(prop))] : []))
  return xmlAnswer(207, multistatus(responses), store.options.xml)
}
