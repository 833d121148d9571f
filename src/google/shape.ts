/** What a JSON value has to be like. Of an object only these members are looked at and kept; each may be missing or null. */
export type Shape =
  | 'text'
  | 'number'
  | 'flag'
  /** A list of at most so many. */
  | { readonly listOf: Shape; readonly most: number }
  | { readonly members: Readonly<Record<string, Shape>> }

/** For so many characters there is room. */
export type Room = { left: number }

/** Where a value is not as it has to be, in words. */
export class Misfit extends Error {}

/**
 * A value from outside as its shape has it: a copy that holds nothing else. Goes no deeper than the shape does.
 *
 * @param room how many characters its texts may have, all together; what they have is taken off
 * @throws Misfit
 */
export function shaped(value: unknown, shape: Shape, name: string, room: Room = { left: Infinity }): unknown {
  const copy = (each: unknown, of: Shape, called: string): unknown => {
    if (of === 'text') {
      if (typeof each !== 'string') throw misfit(called, each, 'a text')
      room.left -= each.length
      if (room.left < 0) throw new Misfit('its texts are too long')
      return each
    }
    if (of === 'number') {
      if (!Number.isFinite(each)) throw misfit(called, each, 'a number')
      return each
    }
    if (of === 'flag') {
      if (typeof each !== 'boolean') throw misfit(called, each, 'true or false')
      return each
    }
    if ('listOf' in of) {
      if (!Array.isArray(each)) throw misfit(called, each, 'a list')
      if (each.length > of.most) throw new Misfit(`its "${called}" has more than ${of.most} entries`)
      return each.map((item: unknown) => copy(item, of.listOf, called))
    }
    if (!isRecord(each)) throw misfit(called, each, 'an object')
    const kept: Record<string, unknown> = {}
    for (const member of Object.keys(of.members)) {
      const inner = of.members[member]
      const held = each[member]
      if (inner !== undefined && held !== undefined && held !== null) kept[member] = copy(held, inner, member)
    }
    return kept
  }
  return copy(value, shape, name)
}

/** The same of an object whose members are worth having without each other: one that does not fit is left out. */
export function shapedLoosely(value: unknown, members: Readonly<Record<string, Shape>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, shape] of Object.entries(members)) {
    const held = isRecord(value) ? value[name] : undefined
    try {
      if (held !== undefined && held !== null) kept[name] = shaped(held, shape, name)
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
    }
  }
  return kept
}

/** Whether it is a JSON object, of whose members nothing is known. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const misfit = (name: string, value: unknown, due: string): Misfit =>
  new Misfit(`its "${name}" is ${spoken(value)}, and not ${due}`)

function spoken(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? String(value) : 'a number'
}
