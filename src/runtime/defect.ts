import type { Surroundings } from './surroundings'

/**
 * An error that nobody foresaw is about one event, which is set aside, and is a defect all the same: the log names the
 * event, and where it came from.
 */
export function logDefect(
  { log, warn }: Pick<Surroundings, 'log' | 'warn'>,
  { message, stack, ...about }: { message: string; stack: string; event: string; calendar?: string; pair?: string },
): void {
  if (log) log('error', { message: `${message}\n${stack}`, ...about })
  else warn(`${message}\n${stack}`)
}
