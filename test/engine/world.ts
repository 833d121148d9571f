import type { OperationMessage } from '../../src/runtime/operation-message'
import type { Report } from '../../src/runtime/report'
import type { Both, Side } from '../../src/sync/model'
import { other } from '../../src/sync/model'
import { CaldavServer } from '../simulators/caldav'
import { GoogleSimulator, LOGIN } from '../simulators/google'
import type { Snapshot } from '../store/memory-disk'
import { Random } from '../sync/random'
import { SimulatedTime } from '../transport/simulated-time'
import { Flow } from './flow'
import type { Between } from './flow'
import { GoogleOwner } from './google-owner'
import { IcloudOwner } from './icloud-owner'
import { Life } from './life'
import { Network } from './network'
import type { Owner } from './owner'
import type { Setting } from './setting'

const START = Date.UTC(2026, 5, 1, 8)
export type Provider = 'google' | 'icloud'

/** Two servers, the wire, a clock, a disk, and the process between them, which may end and begin again. */
export class World {
  readonly time = new SimulatedTime(START)
  readonly google: GoogleSimulator
  readonly icloud: CaldavServer
  readonly network: Network
  readonly owners: Both<Owner>
  life: Life
  flow: Flow
  /** What stands between reconcile and the sinks. */
  between: Between = (_to, ops, handOn) => handOn(ops)
  /** All that was ever put into a history, in any life. */
  readonly remembered: string[] = []
  readonly reports: Report[] = []
  readonly errors: Error[] = []
  private runs = 0
  private readonly random: Random

  constructor(
    readonly setting: Setting,
    seed: number,
    readonly tell: (line: string) => void,
  ) {
    this.random = new Random(seed)
    const { now } = this.time
    this.google = new GoogleSimulator({ now, behaviour: setting.behaviour, paging: setting.paging })
    this.icloud = new CaldavServer({ ...setting.caldav, clock: now })
    const servers = { google: this.google.fetch, icloud: this.icloud.fetch }
    this.network = new Network(servers, this.time, new Random(seed + 1))
    this.network.tell = tell
    const google = told(new GoogleOwner(this.google), 'Google', tell)
    const icloud = told(new IcloudOwner(this.icloud), 'iCloud', tell)
    this.owners = setting.googleIs === 'left' ? { left: google, right: icloud } : { left: icloud, right: google }
    this.life = this.begin(new Map())
    this.flow = this.newFlow()
  }

  sideOf(provider: Provider): Side {
    return provider === 'google' ? this.setting.googleIs : other(this.setting.googleIs)
  }

  providerOf(side: Side): Provider {
    return side === this.setting.googleIs ? 'google' : 'icloud'
  }

  /** One triggering message, until all that follows from it has ended, or the process has. @returns the last report */
  async run(msg: Record<string, unknown> = {}): Promise<Report | undefined> {
    const { flow, life } = this
    const before = flow.reports.length
    await this.time.until(Promise.race([flow.sync({ _msgid: `run${(this.runs += 1)}`, ...msg }), life.died]))
    const report = flow.reports.length > before ? flow.reports.at(-1) : undefined
    if (report) this.reports.push(report)
    this.tell(report ? `report ${JSON.stringify(report)}` : 'no report')
    return report
  }

  /** New nodes in the same process; what the old ones do is given up. */
  deploy(direction = this.setting.direction): void {
    this.errors.push(...this.flow.errors)
    this.flow.close()
    this.life.access = { google: this.life.connect('google'), icloud: this.life.connect('icloud') }
    this.flow = this.newFlow(direction)
  }

  /** The process ends; a new one starts on what the disk holds, or on an older state of it. */
  restart(snapshot?: Snapshot): void {
    this.errors.push(...this.flow.errors)
    this.life.die()
    this.remembered.push(...this.life.disk.remembered)
    this.life = this.begin(snapshot ?? this.life.disk.memory.snapshot())
    this.flow = this.newFlow()
  }

  private begin(snapshot: Snapshot): Life {
    const { username, password, origin } = this.icloud.options
    return new Life(snapshot, {
      time: this.time,
      random: () => this.random.next(),
      fetch: (input, init, isAlive) => this.network.fetch(input, init, isAlive),
      accounts: { google: { name: 'Google', ...LOGIN }, icloud: { serverUrl: origin, username, password } },
      calendarIds: { google: 'primary', icloud: this.icloud.calendar.path },
    })
  }

  private newFlow(direction = this.setting.direction): Flow {
    const { life, setting } = this
    const access = { left: life.access[this.providerOf('left')], right: life.access[this.providerOf('right')] }
    const { strategy, deletionLimit, maxOperations } = setting
    const settings = { direction, conflictResolution: strategy, deletionLimit, maxOperations }
    return new Flow(life.engine, access, settings, (to, ops, handOn) => {
      for (const { action, uid, changed, reason } of ops) {
        this.tell(`planned for the ${to}: ${action} ${uid} ${changed?.join() ?? ''} (${reason})`)
      }
      this.between(to, setting.busyTo === to ? ops.map(busy) : ops, handOn)
    })
  }
}

const DOINGS = new Set([
  'add',
  'setText',
  'setTimes',
  'setReminder',
  'renameOccurrence',
  'moveOccurrence',
  'cancelOccurrence',
  'reviveOccurrence',
  'split',
  'remove',
  'restore',
])

/** An owner whose doings are told. */
function told(owner: Owner, name: string, tell: (line: string) => void): Owner {
  return new Proxy(owner, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver)
      if (typeof member !== 'function' || !DOINGS.has(String(key))) return member
      return (...args: unknown[]): unknown => {
        tell(`${name}: ${String(key)} ${JSON.stringify(args)}`)
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
}

/** What a flow does that hides what an event is about. */
function busy(op: OperationMessage): OperationMessage {
  if (op.action === 'delete' || !op.event) return op
  const { location: _location, ...rest } = op.event
  return { ...op, event: { ...rest, summary: 'Busy' } }
}
