import assert from 'node:assert/strict'
import { readFlows } from '../demo/admin'
import { LOGIN } from '../simulators/google/simulator'
import { browserMissing, Editor } from './browser'
import { deployFlow, ID, openSite, type EditorSite } from './site'

type Listed = { name: string; badges: string[]; color: string; chosen: boolean }

const ITEM = '.calsync-choice-list li'

/** What the open dialog lists, when it has got it. */
async function listed({ page }: Editor): Promise<Listed[]> {
  await page.waitForSelector(ITEM)
  return page.evaluate(`[...document.querySelectorAll('${ITEM}')].map((item) => ({
    name: item.querySelector('.calsync-choice-name').textContent,
    badges: [...item.querySelectorAll('.calsync-choice-badge')].map((badge) => badge.textContent),
    color: item.querySelector('.calsync-choice-color').style.backgroundColor,
    chosen: item.getAttribute('aria-selected') === 'true',
  }))`)
}

/** Waits for words under the list. */
const said = ({ page }: Editor, pattern: RegExp): Promise<void> =>
  page.locator('.calsync-choice-state', { hasText: pattern }).waitFor()

const choose = (editor: Editor, name: string): Promise<void> => editor.page.locator(ITEM, { hasText: name }).click()

describe('The list of calendars in the dialog', function () {
  let site: EditorSite
  let editor: Editor

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    site = await openSite()
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
  })
  after(async () => {
    if (browserMissing === undefined) await site.close()
  })

  it('is there before anything was deployed, with what was typed into the account a moment ago', async () => {
    await editor.openConfig('calsync-icloud-account', '_ADD_')
    const { username, password } = site.world.icloud.options
    await editor.fill('#node-config-input-name', 'Mine')
    await editor.fill('#node-config-input-serverUrl', site.servers.icloud)
    await editor.fill('#node-config-input-username', username)
    await editor.fill('#node-config-input-password', password)
    await editor.done()
    await editor.openConfig('calsync-calendar', '_ADD_')
    await said(editor, /Choose an account/)
    await editor.page.selectOption('#node-config-input-accountType', 'icloud')
    await editor.page.selectOption('#node-config-input-icloudAccount', { label: 'Mine' })
    assert.deepEqual(await listed(editor), [
      { name: 'Verein', badges: ['read-only'], color: 'rgb(27, 173, 248)', chosen: false },
      { name: 'Privat', badges: [], color: 'rgb(27, 173, 248)', chosen: false },
      { name: 'Büro', badges: [], color: 'rgb(255, 41, 104)', chosen: false },
    ])
    await choose(editor, 'Büro')
    assert.equal(await editor.page.inputValue('#node-config-input-name'), 'Büro')
    assert.match(await editor.page.inputValue('#node-config-input-calendarId'), /^\/.*NEW\/$/)
    assert.ok(!(await editor.isMarked('#node-config-input-calendarId')))
    await editor.picture('calendar-list-new')
    await editor.done()
    await editor.deploy()
    const [calendar] = (await readFlows(site.nodeRed)).filter(({ type }) => type === 'calsync-calendar')
    assert.equal(calendar?.name, 'Büro')
  })

  it('of a deployed account is asked for with its stored secrets, which the browser never sees', async () => {
    await deployFlow(site)
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    const seen: string[] = []
    editor.page.on('response', (response) => {
      response.text().then(
        (text) => seen.push(text),
        () => undefined,
      ) // some have no body
    })
    await editor.openConfig('calsync-calendar', ID.googleCalendar)
    const list = await listed(editor)
    assert.deepEqual(
      list.map(({ name, badges, chosen }) => [name, ...badges, chosen]),
      [
        ['anna@gmail.com', 'main calendar', true],
        ['Team', 'read-only', false],
      ],
    )
    await editor.picture('calendar-list')
    for (const secret of [LOGIN.clientSecret, LOGIN.refreshToken]) assert.ok(!seen.join().includes(secret))
    await editor.cancel()
  })

  it('keeps a name that the user gave, and a name that came from the list follows the choice', async () => {
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    await listed(editor)
    await choose(editor, 'Büro')
    assert.equal(await editor.page.inputValue('#node-config-input-name'), 'Home')
    await editor.fill('#node-config-input-name', '')
    await choose(editor, 'Privat')
    await choose(editor, 'Verein')
    assert.equal(await editor.page.inputValue('#node-config-input-name'), 'Verein')
    await editor.cancel()
  })

  it('is used by keyboard, too', async () => {
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    await listed(editor)
    await editor.page.locator(ITEM).first().focus()
    await editor.page.keyboard.press('ArrowDown')
    await editor.page.keyboard.press('ArrowDown')
    await editor.page.keyboard.press('Enter')
    assert.deepEqual(
      (await listed(editor)).map(({ name, chosen }) => [name, chosen]),
      [
        ['Verein', false],
        ['Privat', false],
        ['Büro', true],
      ],
    )
    await editor.cancel()
  })

  it('leaves an id that is typed alone, though it is not listed, and one from the environment', async () => {
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    await listed(editor)
    for (const id of ['/elsewhere/calendars/mine/', '${MY_CALENDAR}']) {
      await editor.fill('#node-config-input-calendarId', id)
      await said(editor, /lists no such calendar/)
      assert.ok((await listed(editor)).every(({ chosen }) => !chosen))
      assert.ok(!(await editor.isMarked('#node-config-input-calendarId')))
    }
    await editor.done()
    await editor.deploy()
    const saved = (await readFlows(site.nodeRed)).find(({ id }) => id === ID.icloudCalendar)
    assert.equal(saved?.calendarId, '${MY_CALENDAR}')
  })

  it('is live: what was added on the server is there at the next look', async () => {
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    assert.equal((await listed(editor)).length, 3)
    site.world.icloud.user.newCalendar({ name: 'Garten', color: null })
    await editor.page.click('#calsync-choice-reload')
    await editor.page.locator(ITEM, { hasText: 'Garten' }).waitFor()
    assert.equal((await listed(editor)).length, 4)
    await editor.cancel()
  })

  it('says what is wrong with the account, and is there as soon as it is repaired', async () => {
    const { options } = site.world.icloud
    const { password } = options
    options.password = 'revoked'
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    await said(editor, /refuses the user name and password/)
    assert.equal(await editor.page.locator(ITEM).count(), 0)
    await editor.picture('calendar-list-failed')
    options.password = password
    await editor.page.click('#calsync-choice-reload')
    assert.equal((await listed(editor)).length, 4)
    await editor.cancel()
  })

  it('shows names as they are, whatever stands in them', async () => {
    const name = '<img src=x onerror="window.hacked = true"> & Co'
    site.world.icloud.user.newCalendar({ name })
    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    assert.equal((await listed(editor)).at(-1)?.name, name)
    assert.equal(await editor.page.evaluate('window.hacked'), undefined)
    await editor.cancel()
    assert.deepEqual(editor.problems, [])
  })
})
