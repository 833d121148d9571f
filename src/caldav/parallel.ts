/**
 * Does `work` for each item, at most `width` at a time, and gives the results in the order of the items. The first
 * failure rejects, and nothing further is begun.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>()
  const waiting = items.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (failed) return
      try {
        results.set(index, await work(item))
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

/** `items` in pieces of at most `size`. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}
