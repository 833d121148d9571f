import type { Field, Fields } from '../event/event'
import { fieldNames } from '../event/event'
import type { Json } from '../event/json'
import { hashJson, isObject } from '../event/json'
import type { Operation, ShowsDeclined, Side } from '../sync/model'
import { CalSyncError } from './errors'
import type { EventMessage } from './event-message'
import { brief } from './sentence'
import { fromEventMessage, toChangedNames, toEventMessage, toFieldNames } from './event-message'

/** An operation as messages carry it. */
export type OperationMessage = {
  action: 'create' | 'update' | 'delete' | 'skip'
  id: string
  uid: string
  event?: EventMessage
  changed?: string[]
  reason: string
  plan: Json
}

/** What `plan` holds: opaque for the flow, and all that the sink needs to know, also after a restart. */
export type PlanToken = {
  readonly v: 1
  readonly run: string
  /** The pair's two calendars, sorted, and to which of them the operation goes. */
  readonly calendars: readonly [string, string]
  readonly to: Side
  readonly action: Operation['action']
  readonly changed: readonly Field[]
  readonly from: string
  readonly keeps?: string
  readonly decides?: true
  readonly declined?: ShowsDeclined
}

/** A planned operation for a message. */
export function toOperationMessage(op: Operation, run: string, calendars: readonly [string, string]): OperationMessage {
  const { action, id, uid, fields, changed, reason, to, from, keeps, decides, declined } = op
  const plan: PlanToken = {
    v: 1,
    run,
    calendars,
    to,
    action,
    changed,
    from,
    ...(keeps === undefined ? {} : { keeps }),
    ...(decides ? { decides } : {}),
    ...(declined === undefined ? {} : { declined }),
  }
  return {
    action,
    id,
    uid,
    event: toEventMessage(uid, fields),
    ...(action === 'delete' ? {} : { changed: toChangedNames(changed) }),
    reason,
    plan: plan,
  }
}

/** What a sink was handed: a planned operation as the flow left it, or the flow's own. */
export type Request = {
  readonly action: OperationMessage['action']
  readonly id: string
  readonly uid: string
  readonly fields: Fields
  readonly written: readonly Field[]
  readonly plan?: PlanToken
}

/**
 * Reads an operation from a message.
 *
 * @param zone the zone of a time that names none
 * @param newUid for an own create without a uid
 * @throws CalSyncError with what is wrong with it
 */
export function fromOperationMessage(value: unknown, zone: string, newUid: () => string): Request {
  if (!isObject(value as Json)) throw invalid('an operation must be an object with action, uid and event')
  const { action, id, uid, event, changed, plan } = value as Record<string, unknown>
  if (action !== 'create' && action !== 'update' && action !== 'delete' && action !== 'skip') {
    throw invalid(
      `action must be create, update, delete or skip, not ${action === undefined ? 'undefined' : brief(JSON.stringify(action))}`,
    )
  }
  if (uid !== undefined && typeof uid !== 'string') throw invalid('uid must be a text')
  const token = plan === undefined ? undefined : planToken(plan)
  const name = uid === undefined || uid === '' ? (action === 'create' && !token ? newUid() : undefined) : uid
  if (name === undefined) throw invalid(`${action} needs the uid of the event`)
  if (action === 'create' && !token && (name.length > LONGEST_UID || /\p{Cc}/u.test(name))) {
    throw invalid(`uid must be a text of at most ${LONGEST_UID} characters without line feeds and the like`)
  }
  const needsEvent = action === 'create' || action === 'update'
  if (needsEvent && event === undefined) throw invalid(`${action} needs an event`)
  const fields = needsEvent ? fromEventMessage(event, zone) : {}
  if (action === 'create' && fields.when === undefined) throw invalid('a new event needs start and end')
  if (changed !== undefined && !(Array.isArray(changed) && changed.every((each) => typeof each === 'string'))) {
    throw invalid('changed must be an array of field names')
  }
  const written = changed !== undefined && action !== 'create' ? toFieldNames(changed) : fieldNames(fields)
  if (action === 'update' && written.includes('when') && fields.when === undefined) {
    throw invalid('start and end can be changed but not cleared: event lacks them')
  }
  return {
    action,
    id: typeof id === 'string' && id !== '' ? id : hashJson([action, name, fields as Json]),
    uid: name,
    fields,
    written,
    ...(token ? { plan: token } : {}),
  }
}

/** Of an event that is made here; servers take no longer ones for certain (RFC 7986 5.3 asks for no more than 255 octets). */
const LONGEST_UID = 255

function planToken(plan: unknown): PlanToken {
  const token = plan as Partial<PlanToken> | null
  const known =
    isObject(plan as Json) &&
    token?.v === 1 &&
    (token.to === 'left' || token.to === 'right') &&
    isTexts(token.calendars, 2) &&
    isTexts(token.changed) &&
    isOneOf(token.action, ['create', 'update', 'delete']) &&
    isOneOf(token.declined, [undefined, 'as-free', 'leave-out', 'as-is']) &&
    isOneOf(token.decides, [undefined, true]) &&
    isOneOf(typeof token.keeps, ['undefined', 'string']) &&
    typeof token.from === 'string' &&
    typeof token.run === 'string'
  if (!known) throw invalid('plan was changed: hand it on as it came from calsync-reconcile, or leave it out')
  return token as PlanToken
}

const isTexts = (value: unknown, count?: number): boolean =>
  Array.isArray(value) &&
  (count === undefined || value.length === count) &&
  value.every((each) => typeof each === 'string')
const isOneOf = (value: unknown, choices: readonly unknown[]): boolean => choices.includes(value)

const invalid = (message: string): CalSyncError => new CalSyncError('invalid-operation', `${message}.`, 'invalid input')
