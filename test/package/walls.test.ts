import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint } from 'eslint'
import { filesUnder, ROOT } from './project'

/** Lints a text as if it stood in a file that exists, since the rules that know types need one. */
async function importProblems(room: string, code: string): Promise<string[]> {
  const [filePath] = filesUnder(`src/${room}`).filter((file) => file.endsWith('.ts'))
  assert.ok(filePath, `src/${room} has no file`)
  // With CI set the parser would read the file on disk once and for all, and never see this text.
  const parserOptions = { disallowAutomaticSingleRunInference: true }
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: { languageOptions: { parserOptions } } })
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, filePath) })
  return (result?.messages ?? [])
    .filter((message) => message.ruleId === 'no-restricted-imports')
    .map((message) => message.message)
}

describe('The walls between rooms', function () {
  it('stop the heart from importing a provider', async () => {
    const [problem] = await importProblems('sync', "import { x } from '../google/provider'\nexport const y = x\n")
    assert.match(problem ?? 'none', /src\/sync may import only: event, store/)
  })

  it('stop the event from importing anything of ours', async () => {
    const problems = await importProblems('event', "export { x } from '../ical'\nexport { y } from '../store/store'\n")
    assert.equal(problems.length, 2)
  })

  it('let the heart import the event and its own files', async () => {
    const code = "export { hashJson } from '../event/json'\nexport { observe } from './replica'\n"
    assert.deepEqual(await importProblems('sync', code), [])
  })

  it('stand around every room there is', async () => {
    const rooms = ['event', 'transport', 'store', 'ical', 'sync', 'google', 'caldav']
    for (const room of rooms.filter(
      (each) => existsSync(join(ROOT, 'src', each)) && filesUnder(`src/${each}`).length > 0,
    )) {
      const problems = await importProblems(room, "export { x } from '../runtime/run'\n")
      assert.equal(problems.length, 1, `src/${room} may import the runtime`)
    }
  })
})
