/**
 * Resolves when `ms` milliseconds have passed on the same clock as `now`, not before (a time-out is one, too). Rejects
 * with the signal's reason as soon as that is aborted. Passed in: the real timer, or a simulated one.
 */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>
