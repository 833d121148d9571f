import assert from 'node:assert/strict'
import { nodeRed4 } from '../e2e/node-red-4'
import { browserMissing, Editor } from './browser'
import { flawsOf } from './looks'
import { deployFlow, ID, openSite, type EditorSite } from './site'

/** Every dialog, with all in it that comes in only later. */
const DIALOGS: readonly { name: string; open: (editor: Editor) => Promise<void> }[] = [
  { name: 'source', open: (editor) => editor.openNode(ID.source) },
  { name: 'sink', open: (editor) => editor.openNode(ID.sink) },
  { name: 'reconcile', open: (editor) => editor.openNode(ID.reconcile) },
  {
    name: 'reconcile-preview',
    open: async (editor) => {
      await editor.openNode(ID.reconcile)
      await editor.page.click('#calsync-preview-button')
      await editor.page.waitForSelector('.calsync-preview-table table')
    },
  },
  {
    name: 'calendar',
    open: async (editor) => {
      await editor.openConfig('calsync-calendar', ID.icloudCalendar)
      await editor.page.waitForSelector('.calsync-choice-list li')
    },
  },
  { name: 'google-account', open: (editor) => editor.openConfig('calsync-google-account', ID.googleAccount) },
  { name: 'icloud-account', open: (editor) => editor.openConfig('calsync-icloud-account', ID.icloudAccount) },
  { name: 'google-account-check', open: (editor) => checked(editor, 'calsync-google-account', ID.googleAccount) },
  { name: 'icloud-account-check', open: (editor) => checked(editor, 'calsync-icloud-account', ID.icloudAccount) },
]

/** An account's dialog with all that a check shows. */
async function checked(editor: Editor, type: string, id: string): Promise<void> {
  await editor.openConfig(type, id)
  await editor.page.click('#calsync-check-button')
  await editor.page.click('.calsync-check-show')
}

for (const { version, themes } of [
  { version: '5', themes: ['light', 'dark'] },
  { version: '4.1', themes: ['light'] },
] as const) {
  describe(`In Node-RED ${version}`, function () {
    let site: EditorSite | undefined

    before(async function () {
      if (browserMissing !== undefined) {
        console.log(`    skipped: ${browserMissing}`)
        this.skip()
      }
      const red = version === '4.1' ? await nodeRed4() : undefined
      if (version === '4.1' && red === undefined) this.skip()
      site = await openSite(red === undefined ? {} : { red })
      await deployFlow(site)
    })
    after(() => site?.close())

    for (const theme of themes) {
      for (const language of ['en-US', 'de']) {
        it(`every dialog can be read and fits, in the ${theme} theme, in ${language}`, async () => {
          assert.ok(site)
          const editor = await Editor.open(site.browser, site.nodeRed.url, language)
          await editor.turn(theme)
          for (const { name, open } of DIALOGS) {
            await open(editor)
            await editor.picture(`theme-${version}-${theme}-${language}-${name}`)
            assert.deepEqual(await flawsOf(editor), { faint: [], cut: [] }, name)
            await editor.cancel()
          }
          await editor.picture(`theme-${version}-${theme}-${language}-flow`)
          assert.deepEqual(editor.problems, [])
          await editor.page.close()
        })
      }
    }
  })
}
