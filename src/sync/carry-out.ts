import { BatchWriter } from './batch'
import type { Uid } from './model'
import type { Keeper, Means, Task } from './task'

const BATCH = 50

/**
 * Carries operations out on one calendar, in batches. Before a batch is written, what each event is about to hold is
 * noted durably; after it, what the server then holds and what both sides agree on. Operations on one event go one
 * after another. Each task ends with exactly one call of `done`.
 */
export async function carryOut(tasks: readonly Task[], keeper: Keeper, means: Means): Promise<void> {
  const writer = new BatchWriter(keeper, means)
  for (const batch of batches(tasks)) {
    await keeper.exclusive(() => writer.write(batch))
    await means.pause?.()
  }
}

/** The tasks in their order; of those on one event each waits for the batch of the one before. */
function* batches(tasks: readonly Task[]): Generator<Task[]> {
  const queues = new Map<Uid, Task[]>()
  for (const task of tasks) {
    const queue = queues.get(task.uid)
    if (queue) queue.push(task)
    else queues.set(task.uid, [task])
  }
  let waiting = [...queues.values()].map((queue) => ({ queue, next: 0 }))
  while (waiting.length > 0) {
    const turn = waiting.slice(0, BATCH)
    yield turn.flatMap(({ queue, next }) => queue[next] ?? [])
    const more = turn.filter(({ queue, next }) => next + 1 < queue.length)
    waiting = [...waiting.slice(BATCH), ...more.map(({ queue, next }) => ({ queue, next: next + 1 }))]
  }
}
