import { createHash } from 'node:crypto'

/** A JSON value: all that may travel in messages or lie in the state on disk. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** SHA-256 in base32hex (lower case, 0-9 a-v): safe as a Google event id, a file name and a CalDAV resource name. */
export type Hash = string

/** JSON text with sorted object keys, so that two values of one meaning have one text. */
export function stableText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(stableText).join(',')}]`
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableText(value[key] ?? null)}`)
  return `{${parts.join(',')}}`
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (isArray(b)) return false
  let left = Object.keys(b).length
  for (const key in a) {
    if (!(key in b && sameJson(a[key], b[key]))) return false
    left -= 1
  }
  return left === 0
}

/** Hash of a JSON value: the first 32 characters (160 bits) of its base32hex SHA-256. */
export function hashJson(value: Json): Hash {
  return base32hex(createHash('sha256').update(stableText(value)).digest()).slice(0, 32)
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** RFC 4648 "extended hex" base 32, lower case and without padding. */
export function base32hex(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let pending = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((pending >> bits) & 31)
    }
    pending &= 255
  }
  return bits > 0 ? text + ALPHABET.charAt((pending << (5 - bits)) & 31) : text
}

/** Array.isArray for readonly arrays, which the built-in does not narrow. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
