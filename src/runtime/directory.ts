import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Disk } from '../store/disk'
import { StoreError } from '../store/error'
import { errnoOf } from '../store/error'
import { nodeDisk } from '../store/node-disk'
import { Ownership, ownedDisk } from '../store/ownership'
import type { Holder } from '../store/ownership'
import { realSleep } from '../transport/real-sleep'

/** This process, for all that ask whose a state is. */
const ME: Holder = { token: randomUUID(), pid: process.pid, host: hostname(), place: placeOf() }

const held: Ownership[] = []
process.once('exit', () => {
  for (const { toRemove } of held) if (toRemove !== undefined) removeQuietly(toRemove)
})

/**
 * The real disk for the state in a folder, for as long as no other process works there.
 *
 * @param lost hears that another has taken it
 */
export function stateDisk(root: string, lost: (error: StoreError) => void): { disk: Disk; owner: Ownership } {
  const disk = nodeDisk()
  const owner = new Ownership(disk, root, {
    me: ME,
    now: () => Date.now(),
    sleep: (ms) => realSleep(ms),
    every: (ms, job) => setInterval(job, ms).unref(),
    isGone,
    lost,
  })
  held.push(owner)
  return { disk: ownedDisk(disk, owner), owner }
}

/** A disk for a Node-RED that has none. */
export function noDisk(): Disk {
  const message =
    'Node-RED has no user directory, so that CalSync has no place for what it has to remember. Set "userDir" in the settings with which Node-RED is started.'
  const refuse = (): Promise<never> => Promise.reject(new StoreError('no-directory', message))
  return {
    read: refuse,
    size: refuse,
    list: refuse,
    write: refuse,
    append: refuse,
    truncate: refuse,
    rename: refuse,
    remove: refuse,
  }
}

/** What stays behind is taken for that of a process which was killed. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // the disk may be gone already
  }
}

/** Where process ids mean the same: the boot of the machine, and the container. Known on Linux only. */
function placeOf(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** Whether nothing has the process id any more; what has may be another process, which then is to be asked. */
function isGone({ place, pid }: Holder): boolean {
  if (place === '' || place !== ME.place) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return errnoOf(error) === 'ESRCH'
  }
}
