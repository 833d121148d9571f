import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { browserMissing, Editor, ELSEWHERE, type User } from './browser'
import { startProxy } from './proxy'
import { flowFor, ID, openSite, type EditorSite } from './site'

const bcrypt = createRequire(__filename)('bcryptjs') as { hashSync(password: string, rounds: number): string }

const ADMIN: User = { username: 'admin', password: 'admin-password' }
const READER: User = { username: 'reader', password: 'reader-password' }

const user = ({ username, password }: User, permissions: string): object => ({
  username,
  password: bcrypt.hashSync(password, 4),
  permissions,
})
const adminAuth = { type: 'credentials', users: [user(ADMIN, '*'), user(READER, 'read')] }

/** Where people have their Node-RED. `prefix`: what a proxy before it strips from the path. */
const PLACES: readonly {
  readonly where: string
  readonly settings?: Record<string, unknown>
  readonly prefix?: string
  readonly login?: User
}[] = [
  { where: 'with no login at all' },
  { where: 'with users', settings: { adminAuth }, login: ADMIN },
  { where: 'under another admin root', settings: { httpAdminRoot: '/red/' } },
  { where: 'behind a proxy that strips a path, as ingress of Home Assistant', prefix: '/api/hassio_ingress/a1B2c3/' },
  {
    where: 'with users, under another admin root, behind such a proxy',
    settings: { adminAuth, httpAdminRoot: '/admin/red/' },
    prefix: '/api/hassio_ingress/a1B2c3/',
    login: ADMIN,
  },
]

for (const { where, settings, prefix, login } of PLACES) {
  describe(`In a Node-RED ${where}`, function () {
    const ends: (() => Promise<void>)[] = []
    let site: EditorSite
    let url: string
    let editor: Editor

    before(async function () {
      if (browserMissing !== undefined) {
        console.log(`    skipped: ${browserMissing}`)
        this.skip()
      }
      site = await openSite(settings === undefined ? {} : { settings })
      ends.push(() => site.close())
      url = site.nodeRed.url
      if (prefix !== undefined) {
        const proxy = await startProxy(new URL(url), prefix)
        ends.push(() => proxy.close())
        url = `http://${ELSEWHERE}:${proxy.port}${prefix}`
      }
      editor = await Editor.open(site.browser, url, 'en-US', login)
    })
    after(async () => {
      for (const end of ends) await end() // the browser first: the proxy waits for its web socket
    })

    it('a flow is imported and deployed, lists calendars, shows a preview, and syncs', async () => {
      const flow = JSON.stringify(flowFor(site))
      await editor.page.evaluate(
        `RED.view.importNodes(${flow}, { generateIds: false, addFlow: false, touchImport: true, notify: false })`,
      )
      await editor.deploy()

      await editor.openConfig('calsync-calendar', ID.icloudCalendar)
      await editor.page.locator('.calsync-choice-list li', { hasText: 'Verein' }).waitFor()
      await editor.cancel()

      await editor.openNode(ID.reconcile)
      await editor.page.click('#calsync-preview-button')
      await editor.page.locator('.calsync-preview-state', { hasText: '38 to create' }).waitFor()
      await editor.cancel()

      await editor.page.evaluate(`$.ajax({ url: 'inject/08f6404c0d511273', method: 'POST' })`)
      const isDone = (): boolean => site.nodeRed.log.some((line) => /\[calsync\] .*7\d changes, 0 failed/.test(line))
      while (!isDone()) await setTimeout(100)
      await editor.page.waitForFunction(`/conflict|in sync/.test(RED.nodes.node('${ID.reconcile}').status?.text)`)
      assert.deepEqual(editor.problems, [])
    })

    if (login !== undefined) {
      it('a user who may only look gets no list and no preview, and is told so', async () => {
        const reader = await Editor.open(site.browser, url, 'en-US', READER)
        const asked = site.world.icloud.log.length
        await reader.openConfig('calsync-calendar', ID.icloudCalendar)
        await reader.page.locator('.calsync-choice-state', { hasText: 'no permission' }).waitFor()
        await reader.cancel()
        await reader.openNode(ID.reconcile)
        await reader.page.click('#calsync-preview-button')
        await reader.page.locator('.calsync-preview-state', { hasText: 'no permission' }).waitFor()
        await reader.cancel()
        const refused = await reader.page
          .evaluate(`Promise.all(['calsync/preview', 'calsync/icloud/calendars'].map((url) =>
          $.ajax({ url, method: 'POST', contentType: 'application/json', data: '{"id":"${ID.reconcile}"}' })
            .then(() => 200, ({ status }) => status)))`)
        assert.deepEqual([refused, site.world.icloud.log.length], [[401, 401], asked])
        assert.deepEqual(reader.problems, [])
      })
    }
  })
}
