import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Habit } from './habits'
import { habitOf } from './habits'

/** The engine broken on purpose, in one place. */
type Mutant = {
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Whose histories are played; default: all. */
  readonly habit?: Habit
}

/** No mutant: the engine as it is, which must pass. */
const NONE: Mutant = {
  what: 'nothing is broken',
  file: 'sync/decide.ts',
  from: 'export function decide(',
  to: 'export function decide(',
}

const MUTANTS: readonly Mutant[] = [
  {
    what: 'new events flow against the direction',
    file: 'sync/decide.ts',
    from: 'const wanted = mayFlow(on, now, on, rules) && ',
    to: 'const wanted = ',
  },
  {
    what: 'what changed is overwritten by what did not',
    file: 'sync/merge.ts',
    from: "moved.left ? 'left' : moved.right ? 'right' : undefined",
    to: "moved.left ? 'right' : moved.right ? 'left' : undefined",
  },
  {
    what: 'the left side wins each conflict, whatever was chosen',
    file: 'sync/merge.ts',
    from: 'else if ((moved.left && moved.right) || isBack) {',
    to: 'else if ((moved.left && moved.right && differing.length < 0) || isBack) {',
  },
  {
    what: 'a field without a base never counts as changed',
    file: 'sync/merge.ts',
    from: 'if (held === undefined) return isException(field) || valueOf(fields, field) !== null',
    to: 'if (held === undefined) return false',
  },
  {
    what: 'both sides count as holding what was written, also where a flow rewrote it',
    file: 'sync/outcome.ts',
    from: 'const sides = { ...both(() => from), [op.to]: ours ?? holds.fields }',
    to: 'const sides = both(() => holds.fields)',
  },
  {
    what: 'a failed operation is not planned again',
    file: 'sync/outcome.ts',
    from: "return outcome.is === 'failed' ? { ...kept, due: 0, failures: (kept.failures ?? 0) + 1 } : { ...kept, due: 0 }",
    to: 'return kept',
  },
  {
    what: 'a write whose answer was lost counts as made',
    file: 'sync/outcome.ts',
    from: 'sameMeaning(valueOf(seen.fields, name), valueOf(fields, name)),',
    to: 'name.length > 0,',
  },
  {
    what: 'notes are never settled',
    file: 'sync/outcome.ts',
    from: 'if (!noted || !isLive(seen)) return entry',
    to: 'if (!noted || !isLive(seen) || side.length > 0) return entry',
  },
  {
    what: 'what is overwritten is not kept in the history',
    file: 'sync/batch.ts',
    from: 'await this.means.keep(begun.flatMap(({ target }) => (target ? asItIs(target) : [])))',
    to: '',
  },
  {
    what: 'operations are carried out though they are no longer current',
    file: 'sync/begin.ts',
    from: 'else if (planned && !isCurrent(planned.op, now))',
    to: "else if (planned && task.uid === '' && !isCurrent(planned.op, now))",
  },
  {
    what: 'a deletion is not carried to the other side',
    file: 'sync/decide-gone.ts',
    from: 'if (!edited) return other(on)',
    to: "if (!edited) return 'keep'",
  },
  {
    what: 'what is missing counts as deleted',
    file: 'sync/decide-gone.ts',
    from: "return seen?.is !== 'gone' || seen.how === 'missing'",
    to: "return seen?.is !== 'gone'",
  },
  {
    what: 'what may not flow waits until it may',
    file: 'sync/decide.ts',
    from: 'const stands = [...merged.same, ...asTheyStand, ...stuck.left, ...stuck.right]',
    to: 'const stands = [...merged.same, ...asTheyStand]',
  },
  {
    what: 'a deletion that may not flow waits until it may',
    file: 'sync/decide-gone.ts',
    from: 'isShut(lost, now, entry.born, rules) ? withSettledDeletion(entry, lost) : entry',
    to: 'entry',
  },
  {
    what: 'an occurrence that follows its series counts as edited',
    file: 'sync/occurrence.ts',
    from: "return changed.some((name) => isOwn(fields, field, name)) ? 'edited' : 'follows'",
    to: "return 'edited'",
    habit: 'series',
  },
  {
    what: 'an occurrence is compared by how it differs from its series',
    file: 'sync/occurrence.ts',
    from: "if (changed.length === 0) return 'none'",
    to: "if (changed.length === 0) return 'edited'",
    habit: 'series',
  },
  {
    what: 'an occurrence that its series has left behind counts as agreed',
    file: 'sync/occurrence.ts',
    from: "if (!before && !now) return isSilent(valueOf(held, field)) && !lacks(fields, field) ? 'edited' : 'none'",
    to: "if (!before && !now) return 'none'",
    habit: 'series',
  },
  {
    what: 'an occurrence that was cancelled while its series had it not is forgotten',
    file: 'google/remembered.ts',
    from: 'return name in fields ? fields[name] === null : !mayOccur(fields, key)',
    to: 'return name in fields && fields[name] === null',
    habit: 'series',
  },
  {
    what: 'what was written since the last read is not asked for',
    file: 'caldav/read.ts',
    from: 'const unnamed = written.filter((id) => !changes.etags.has(id) && !changes.deleted.has(id))',
    to: 'const unnamed: readonly ResourceId[] = []',
    habit: 'haste',
  },
  {
    what: 'a delta that is a listing in disguise is believed',
    file: 'caldav/read.ts',
    from: 'isStale(position.at, now) || repeated(changes, before).length > 0',
    to: 'repeated(changes, before).length < 0',
  },
  {
    what: "our own deletion counts as somebody's",
    file: 'sync/own-deletion.ts',
    from: 'entry[lost].deleting !== undefined',
    to: 'entry[lost].deleting === null',
    habit: 'trash',
  },
  {
    what: 'a copy stays beside the event that came while it was made',
    file: 'sync/take-back.ts',
    from: 'if (isNew && isOurs && isUntouched) return',
    to: 'if (isNew && isOurs && isUntouched && made < 0) return',
  },
  {
    what: 'an event is made again without a look whether it has come back',
    file: 'sync/begin.ts',
    from: 'if (again.length === 0) return tasks',
    to: 'if (again.length >= 0) return tasks',
    habit: 'trash',
  },
  {
    what: 'a mark is renewed over what is not agreed',
    file: 'sync/batch.ts',
    from: 'const { mark: _mark, ...unmarked } = target\n    return unmarked',
    to: 'return target',
    habit: 'both',
  },
  {
    what: 'whatever a server holds after a write counts as its own doing',
    file: 'caldav/echo.ts',
    from: 'if (isEcho(name, said, held, isNew)) return name in holds',
    to: "if (isEcho(name, said, held, isNew) || name !== '') return name in holds",
    habit: 'haste',
  },
  {
    what: 'a write whose answer was lost is made again over whatever is there',
    file: 'sync/lost.ts',
    from: "if (left.some((name) => !holds(name, valueOf(target.fields, name)))) return { is: 'stale' }",
    to: '',
  },
  {
    what: 'what is refused for good fails again in each run',
    file: 'sync/refusal.ts',
    from: 'until > at && until <= at + DAY',
    to: 'until < at - 1000 * DAY',
  },
]

/** Runs the histories against each mutant, in a copy. All must be noticed. `HISTORIES`: how many are tried, at most. */
function main(): void {
  const only = process.argv[2]
  const chosen = MUTANTS.filter(({ what }) => only === undefined || new RegExp(only).test(what))
  if (isNoticed(NONE)) throw new Error('the histories fail without a mutant: mend that first')
  const survivors = chosen.filter((mutant) => !isNoticed(mutant))
  console.log(`${chosen.length - survivors.length} of ${chosen.length} noticed`)
  if (survivors.length > 0) process.exitCode = 1
}

/** The first seeds whose users have a habit. */
function seedsOf(habit: Habit, count: number): number[] {
  const seeds: number[] = []
  for (let seed = 1; seeds.length < count; seed += 1) if (habitOf(seed) === habit) seeds.push(seed)
  return seeds
}

function isNoticed({ what, file, from, to, habit }: Mutant): boolean {
  const root = join(__dirname, '..', '..')
  const copy = mkdtempSync(join(tmpdir(), 'calsync-mutant-'))
  try {
    for (const name of ['src', 'test', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(copy, name), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const path = join(copy, 'src', file)
    const text = readFileSync(path, 'utf8')
    if (text.split(from).length !== 2) throw new Error(`${file} no longer says "${from}": bring the mutant up to date`)
    writeFileSync(
      path,
      text.replace(from, () => to),
    )
    const mocha = [
      '--no-config',
      '--node-option',
      'import=tsx',
      '--timeout',
      '0',
      '--exit',
      'test/engine/random.test.ts',
    ]
    const count = Number(process.env['HISTORIES'] ?? 1000)
    const seeds = habit === undefined ? {} : { SEEDS: seedsOf(habit, count).join(' ') }
    const env = { ...process.env, HISTORIES: String(count), ...seeds, FIRST: 'yes', ONCE: 'yes' }
    const ran = spawnSync(join(root, 'node_modules/.bin/mocha'), mocha, { cwd: copy, env, encoding: 'utf8' })
    const why = /^seed .*?: (.*)$/m.exec(ran.stdout.replace(/\(replay[^)]*\)/, ''))?.[1]
    const isNoticed = ran.status !== 0 && why !== undefined
    console.log(
      `${isNoticed ? 'noticed ' : 'not noticed'} ${what}: ${(why ?? ran.stdout + ran.stderr).trim().slice(0, 150)}`,
    )
    return isNoticed
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

main()
