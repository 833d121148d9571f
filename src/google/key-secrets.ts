/** What of a service account's key file nobody may see, by itself, since the file says much that is known to all. */
export function keySecrets(keyFile: string): string[] {
  try {
    const { private_key: key, private_key_id: id } = JSON.parse(keyFile) as Readonly<Record<string, unknown>>
    const lines = typeof key === 'string' ? linesOf(key) : []
    return [...lines.filter((line) => !line.startsWith('--')), ...(typeof id === 'string' ? [id] : [])]
  } catch {
    return linesOf(keyFile) // not the file that it should be: whatever it is
  }
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())
