import { httpDate } from './answers'
import type { Collection, Member, Store } from './store'
import type { XmlNode } from './xml'
import { APPLE, CALDAV, CALENDAR_SERVER, DAV, element } from './xml'

/** What a path leads to. */
export type Resource =
  | { readonly is: 'root' | 'principal' | 'home'; readonly path: string }
  | { readonly is: 'collection'; readonly path: string; readonly collection: Collection }
  | { readonly is: 'member'; readonly path: string; readonly collection: Collection; readonly member: Member }

export function resourceAt(store: Store, path: string): Resource | undefined {
  if (path === '/') return { is: 'root', path }
  if (path === store.principal) return { is: 'principal', path }
  if (path === store.home) return { is: 'home', path }
  const found = store.find(path)
  if (!found) return undefined
  if (found.name === '') return { is: 'collection', path, collection: found.collection }
  return found.member && { is: 'member', path, collection: found.collection, member: found.member }
}

/** What a PROPFIND with Depth 1 lists under a resource. */
export function childrenOf(store: Store, resource: Resource): Resource[] {
  if (resource.is === 'home') {
    return [...store.collections.values()].map((collection) => ({
      is: 'collection',
      path: collection.path,
      collection,
    }))
  }
  if (resource.is !== 'collection') return []
  const { collection } = resource
  return [...collection.members.values()].map((member) => ({
    is: 'member',
    path: collection.path + member.name,
    collection,
    member,
  }))
}

/** One property of a resource; undefined if it has none of that name (a 404 in the answer). */
export function propertyOf(store: Store, resource: Resource, ns: string, name: string): XmlNode | undefined {
  const value = valueOf(store, resource, `${ns === DAV ? '' : ns}${name}`)
  return value && element(ns, name, value)
}

const href = (path: string): XmlNode => element(DAV, 'href', [path])

function valueOf(store: Store, resource: Resource, name: string): (XmlNode | string)[] | undefined {
  if (name === 'current-user-principal') return [href(store.principal)]
  if (resource.is === 'principal') {
    if (name === `${CALDAV}calendar-home-set`) return [href(store.options.homeOrigin + store.home)]
    const { addresses } = store.options
    if (name === `${CALDAV}calendar-user-address-set`) return addresses?.map(href)
    if (name === 'displayname') return ['Anna Müller']
    if (name === 'resourcetype') return [element(DAV, 'principal')]
    return undefined
  }
  if (resource.is === 'collection') return ofCollection(store, resource.collection, name)
  if (resource.is === 'member') return ofMember(resource.member, name)
  return name === 'resourcetype' ? [element(DAV, 'collection')] : undefined
}

function ofMember(member: Member, name: string): (XmlNode | string)[] | undefined {
  if (name === 'getetag') return [member.etag]
  if (name === 'getlastmodified') return [httpDate(member.modified)]
  if (name === 'getcontenttype') return ['text/calendar; charset=utf-8; component=VEVENT']
  if (name === 'resourcetype') return []
  return undefined
}

function ofCollection(store: Store, collection: Collection, name: string): (XmlNode | string)[] | undefined {
  const { options } = store
  if (name === 'resourcetype') return [element(DAV, 'collection'), ...typesOf(collection)]
  if (name === 'displayname') return [collection.name]
  if (collection.kind !== 'calendar' && collection.kind !== 'subscribed') return undefined
  if (name === 'getetag') return [`"${collection.sequence}"`]
  if (name === `${APPLE}calendar-color`) return collection.color === null ? undefined : [collection.color]
  if (name === `${CALDAV}calendar-timezone`) return collection.timeZone === null ? undefined : [collection.timeZone]
  if (name === `${CALENDAR_SERVER}getctag`) return options.ctag ? [store.tokenOf(collection)] : undefined
  if (name === 'sync-token') return options.syncCollection ? [store.tokenOf(collection)] : undefined
  if (name === `${CALDAV}supported-calendar-component-set`) {
    return options.componentSet
      ? collection.components.map((each) => element(CALDAV, 'comp', [], { name: each }))
      : undefined
  }
  if (name === 'supported-report-set') return reportsOf(options.syncCollection)
  if (name === 'current-user-privilege-set') return options.privileges ? privilegesOf(collection) : undefined
  return undefined
}

function typesOf(collection: Collection): XmlNode[] {
  if (collection.kind === 'calendar') {
    const shared = collection.access === 'owner' ? [] : [element(CALENDAR_SERVER, 'shared')]
    return [element(CALDAV, 'calendar'), ...shared]
  }
  if (collection.kind === 'inbox') return [element(CALDAV, 'schedule-inbox')]
  if (collection.kind === 'outbox') return [element(CALDAV, 'schedule-outbox')]
  return [element(CALENDAR_SERVER, collection.kind)]
}

function reportsOf(syncCollection: boolean): XmlNode[] {
  const reports = [element(CALDAV, 'calendar-query'), element(CALDAV, 'calendar-multiget')]
  if (syncCollection) reports.push(element(DAV, 'sync-collection'))
  return reports.map((report) => element(DAV, 'supported-report', [element(DAV, 'report', [report])]))
}

/** iCloud states `write-content` and `bind` for a calendar that may be written, not `write`. */
function privilegesOf(collection: Collection): XmlNode[] {
  const writing =
    collection.access === 'read' || collection.kind === 'subscribed' ? [] : ['write-content', 'bind', 'unbind']
  return ['read', ...writing].map((name) => element(DAV, 'privilege', [element(DAV, name)]))
}
