/** A CSS3 colour name in normal form, as COLOR has it (RFC 7986 5.9); null for what is none. */
export function colorOf(value: string): string | null {
  const name = value.trim().toLowerCase()
  return /^[a-z]+$/.test(name) ? name : null
}
