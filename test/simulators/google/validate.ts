import document from './discovery.json'
import { invalid } from './refusal'

type Parameter = {
  type: string
  enum?: string[]
  format?: string
  minimum?: string
  maximum?: string
  repeated?: boolean
}
type Schema = {
  type?: string
  format?: string
  $ref?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema
  items?: Schema
}
export type Method = {
  httpMethod: string
  path: string
  query: Record<string, Parameter>
  scopes: string[]
  request?: string
}
type Discovery = {
  parameters: Record<string, Parameter>
  methods: Record<string, Method>
  schemas: Record<string, Schema>
}

/** What Google's own discovery document says of the methods that the simulator answers. */
export const discovery = document as unknown as Discovery

/** Query parameters by name, each a list as it may be repeated; refuses unknown ones and wrong values. */
export function validateQuery(method: Method, query: URLSearchParams): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const name of new Set(query.keys())) {
    const rule = method.query[name] ?? discovery.parameters[name]
    const values = query.getAll(name)
    if (!rule) throw invalid(`Unknown parameter "${name}".`, name)
    if (values.length > 1 && rule.repeated !== true) throw invalid(`Parameter "${name}" is given twice.`, name)
    for (const value of values) validateParameter(name, rule, value)
    found.set(name, values)
  }
  return found
}

function validateParameter(name: string, rule: Parameter, value: string): void {
  const fits =
    rule.type === 'boolean'
      ? /^(true|false)$/.test(value)
      : rule.type === 'integer'
        ? /^-?\d+$/.test(value) && inRange(rule, Number(value))
        : (rule.enum?.includes(value) ?? true)
  if (!fits) throw invalid(`Invalid value "${value}" for parameter "${name}".`, name)
}

function inRange(rule: Parameter, value: number): boolean {
  return value >= Number(rule.minimum ?? -Infinity) && value <= Number(rule.maximum ?? Infinity)
}

/** Refuses body fields that the schema does not name and values of a wrong type; null is let through (patch deletes). */
export function validateBody(schemaName: string, body: unknown): void {
  validateValue(discovery.schemas[schemaName] ?? {}, body, schemaName)
}

function validateValue(schema: Schema, value: unknown, path: string): void {
  if (value === null) return
  if (schema.$ref !== undefined) {
    validateValue(discovery.schemas[schema.$ref] ?? {}, value, path)
    return
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) throw wrongType(path, 'an array')
    value.forEach((item, at) => validateValue(schema.items ?? {}, item, `${path}[${at}]`))
  } else if (schema.type === 'object') {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(path, 'an object')
    for (const [name, inner] of Object.entries(value)) {
      const known = schema.properties?.[name] ?? schema.additionalProperties
      if (!known) throw invalid(`Invalid JSON payload received. Unknown name "${name}" at '${path}'.`)
      validateValue(known, inner, `${path}.${name}`)
    }
  } else if (schema.type === 'integer') {
    if (!Number.isInteger(value)) throw wrongType(path, 'an integer')
  } else if (typeof value !== schema.type) {
    throw wrongType(path, `a ${schema.type ?? 'value'}`)
  }
}

const wrongType = (path: string, type: string) => invalid(`Invalid value at '${path}': it must be ${type}.`)
