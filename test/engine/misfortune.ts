import type { Snapshot } from '../store/memory-disk'
import type { Random } from '../sync/random'
import type { World } from './world'

/** What befalls the process and its disk. */
export class Misfortune {
  /** Whether an old state came back since this was last set to false. */
  backup = false
  private readonly backups: Snapshot[] = []

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  /** Prepares what is to happen during the next run. */
  before(): void {
    const { world, random } = this
    const { troubles } = world.setting
    const { disk } = world.life
    if (random.chance(0.3)) this.backups.push(disk.memory.snapshot())
    if (troubles.has('crashes') && random.chance(0.4)) disk.cutPower(random.below(10 ** (1 + random.below(5))))
    else if (troubles.has('disk') && random.chance(0.3)) {
      const after = random.below(10 ** (1 + random.below(4)))
      disk.memory.fail(
        random.pick([{ is: 'full', after }, { is: 'torn', after }, { is: 'read-only' }, { is: 'unsynced' }]),
      )
    }
    if (troubles.has('deploys') && random.chance(0.4)) {
      const { flow } = world
      void world.time.sleep(random.below(3000)).then(() => {
        if (world.flow === flow && world.life.isAlive) world.deploy()
      })
    }
  }

  /** The process begins again if it has ended; the disk works again. */
  after(): void {
    const { world, random } = this
    const { troubles } = world.setting
    const old = troubles.has('backups') && random.chance(0.2) ? random.pick([...this.backups, undefined]) : undefined
    if (old) this.backup = true
    if (!world.life.isAlive || old) world.restart(old)
    else world.life.disk.memory.fail(null)
  }
}
