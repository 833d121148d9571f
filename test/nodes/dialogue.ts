import assert from 'node:assert/strict'
import type { Conflict, HeldDeletions } from '../../src/runtime/question-messages'
import type { Report } from '../../src/runtime/report'
import type { Flow } from './flow'

/** Renames the same event on both sides. */
export function clash(flow: Flow, summary = 'Tea'): void {
  flow.google.user.edit(flow.inGoogle(summary).id ?? '', { summary: `Green ${summary}` })
  flow.icloud.user.set(flow.inIcloud(summary).path, `SUMMARY:Black ${summary}`)
}

/** Sends a command that is followed by a run. */
export const command = (flow: Flow, topic: string, payload: unknown = {}): Promise<Report> =>
  flow.report(() => flow.node('reconcile').receive({ topic, payload }))

/** Sends a command that is answered. */
export async function answer<T>(flow: Flow, topic: string, payload: unknown = {}): Promise<T> {
  const name = topic === 'conflicts' ? 'conflicts' : 'report'
  const got = flow.next(name, (msg) => msg.topic === topic)
  flow.node('reconcile').receive({ topic, payload })
  return (await got).payload as T
}

/** Sends a command that is refused. @returns what the Catch node is told */
export async function refusal(flow: Flow, topic: string, payload: unknown): Promise<string> {
  const caught = flow.next('caught')
  flow.node('reconcile').receive({ topic, payload })
  const { error } = (await caught) as unknown as { error: { message: string; code: string } }
  assert.match(error.code, /^calsync\./)
  return error.message
}

export const lastConflict = (flow: Flow): Conflict => flow.heard('conflicts').at(-1)?.payload as Conflict
export const lastHeld = (flow: Flow): HeldDeletions => flow.heard('conflicts').at(-1)?.payload as HeldDeletions

/** What a node shows now. */
export const shownBy = (flow: Flow, name: 'reconcile' | 'googleSink' | 'icloudSink'): string | undefined =>
  flow.shown.get(name)?.at(-1)

/** The part of a `status` answer that tests look at. */
export type Status = {
  paired: number
  conflicts: number
  heldDeletions: number
  calendars: { left: { events: number } }
  lastSuccess: string
  successRate: number
  idleRuns: number
  runs: (Report & { events: { uid: string; action: string; calendar: string; state: string; reason: string }[] })[]
  lost: { id: string; uid: string; summary: string; calendar: string }[]
}
