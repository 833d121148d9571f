import assert from 'node:assert/strict'
import { FACTS } from '../../src/caldav/check'
import { phrasesIn } from '../package/phrases'
import { browserMissing, Editor } from './browser'
import { flawsOf } from './looks'
import { deployFlow, ID, openSite, type EditorSite } from './site'

const STATE = '.calsync-check-state'

/** Waits for words in the state of the check. */
async function until({ page }: Editor, words: RegExp): Promise<string> {
  const state = page.locator(STATE, { hasText: words })
  await state.waitFor()
  return state.innerText()
}

const outcomes = ({ page }: Editor): Promise<string[]> =>
  page
    .locator('.calsync-check-lines li')
    .evaluateAll((lines) => lines.map((line) => (line as unknown as { dataset: { outcome: string } }).dataset.outcome))

describe('“Check this account”', function () {
  this.timeout(300_000)
  let site: EditorSite

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    site = await openSite()
    site.world.icloud.user.newCalendar({ name: 'Scratch' })
    await deployFlow(site)
  })
  after(async () => {
    if (browserMissing === undefined) await site.close()
  })

  const writes = (): number => site.world.icloud.log.filter(({ method }) => method === 'PUT').length

  /** No line says in English what a line of a check says, and each says what is expected. */
  function assertGerman(lines: string): void {
    const facts = FACTS.filter(({ says }) => lines.includes(says)).map(({ id }) => id)
    const phrases = phrasesIn('src/caldav/check', 'src/event/examination.ts', 'src/event/phrase.ts')
    const fixed = phrases.flatMap((phrase) => phrase.split(/\{\d+\}/)).filter((part) => /[a-z]{3} [a-z]{2}/i.test(part))
    assert.deepEqual([facts, fixed.filter((part) => lines.includes(part))], [[], []])
    assert.ok(!/[{}]|check\.s/.test(lines), lines)
  }

  it('shows lines, troubles first, and a report that can be copied', async () => {
    const editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    await editor.openConfig('calsync-icloud-account', ID.icloudAccount)
    await editor.page.click('#calsync-check-button')
    const said = await until(editor, /\d+ as expected, \d+ different, \d+ not tried\./)
    const found = await outcomes(editor)
    assert.equal(
      said.trim(),
      `${found.filter((each) => each === 'as expected').length} as expected, ${found.filter((each) => each === 'differs').length} different, ${found.filter((each) => each === 'not tried').length} not tried.`,
    )
    const order = ['differs', 'not tried', 'as expected']
    assert.deepEqual(
      [...found].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
      found,
    )
    assert.ok(!(await editor.page.isVisible('.calsync-check-report')))
    await editor.page.getByText('Show report').click()
    const report = await editor.page.inputValue('.calsync-check-report')
    assert.match(report, /^CalSync .*check of a CalDAV account/)
    assert.ok(!report.includes(site.world.icloud.options.username))
    await editor.pictures('check-report')
    await editor.page.getByText('Copy', { exact: true }).click()
    await editor.page.getByText('Copied', { exact: true }).waitFor()
    assert.equal(writes(), 0)
    assert.deepEqual([editor.problems, await flawsOf(editor)], [[], { faint: [], cut: [] }])
    await editor.cancel()
    await editor.page.close()
  })

  it('writes into a scratch calendar once its user has agreed, and not before', async () => {
    const editor = await Editor.open(site.browser, site.nodeRed.url, 'de')
    await editor.openConfig('calsync-icloud-account', ID.icloudAccount)
    await editor.page.click('#calsync-check-button')
    await until(editor, /wie erwartet/)
    const read = await editor.page.innerText('.calsync-check-lines')
    assert.match(read, /HTTP 401; Verfahren: Basic\./)
    assert.match(read, /\d+ Kalender; nicht dafür gehalten: /)
    assertGerman(read)
    await editor.pictures('check-de')
    await editor.page.getByText('Auch das Schreiben prüfen').click()
    await until(editor, /Geben Sie den Namen eines Kalenders ein/)
    await editor.fill('#calsync-check-scratch', 'Privat')
    await editor.page.getByText('Auch das Schreiben prüfen').click()
    await until(editor, /"Privat" is used by a calendar node/)
    await editor.fill('#calsync-check-scratch', 'Scratch')
    await editor.page.getByText('Auch das Schreiben prüfen').click()
    await until(editor, /In „Scratch“ werden bis zu 4 kleine Termine angelegt/)
    await editor.pictures('check-question-de')
    assert.equal(writes(), 0)
    await editor.page.getByText('Ja, dort schreiben').click()
    await until(editor, /\d+ von \d+/)
    await editor.picture('check-running-de')
    await until(editor, /wie erwartet/)
    assert.ok(writes() > 0)
    const lines = await editor.page.innerText('.calsync-check-lines')
    assert.match(lines, /Alle Termine, die die Prüfung im Probekalender angelegt hat, sind wieder entfernt\./)
    assert.match(lines, /\d+ entfernt\./)
    assertGerman(lines)
    assert.deepEqual([editor.problems, await flawsOf(editor)], [[], { faint: [], cut: [] }])
    await editor.cancel()
    await editor.page.close()
  })

  it('ends with its dialog', async () => {
    const editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    await editor.openConfig('calsync-icloud-account', ID.icloudAccount)
    const cancelled = editor.page.waitForRequest((request) => request.url().endsWith('/check/cancel'))
    await editor.page.route('**/check/result', (route) => route.fulfill({ json: { is: 'running', lines: [], of: 9 } }))
    await editor.page.click('#calsync-check-button')
    await until(editor, /Checking: 0 of 9/)
    await editor.cancel()
    await cancelled
    await editor.page.close()
  })
})
