const real = Date.now

/** Sets the clock of this process, the nodes and both servers included, so far ahead, or back. */
export function setClock(ahead: number): void {
  Date.now = () => real() + ahead
}

/** The clock is right again. */
export function resetClock(): void {
  Date.now = real
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
