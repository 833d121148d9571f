import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { deploy, readCredentials, readFlows, type FlowNode } from '../demo/admin'
import { installPlugin } from '../demo/install'
import { startNodeRed, type NodeRed } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { packInto } from '../package/pack'
import { readJson, sets } from '../package/project'
import { browserMissing, Editor, launchBrowser } from './browser'

const flow = readJson('examples', 'two-way-sync.json') as FlowNode[]

function idOf(type: string, name?: string): string {
  const node = flow.find((each) => each.type === type && (name === undefined || each.name === name))
  assert.ok(node, `the example has no ${type}`)
  return node.id
}

const id = {
  google: idOf('calsync-google-account'),
  icloud: idOf('calsync-icloud-account'),
  left: idOf('calsync-calendar', 'Google calendar'),
  right: idOf('calsync-calendar', 'iCloud calendar'),
  source: idOf('calendar-source', 'read Google'),
  reconcile: idOf('calsync-reconcile'),
  sink: idOf('calendar-sink', 'write Google'),
}

describe('The editor', function () {
  let nodeRed: NodeRed
  let browser: Browser
  let editor: Editor

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    const userDir = await mkdtemp(join(tmpdir(), 'calsync-editor-'))
    await installPlugin(userDir, await packInto(userDir))
    nodeRed = await startNodeRed({ userDir, port: await freePort(21880) })
    started.push(() => nodeRed.stop())
    await deploy(nodeRed, flow)
    browser = await launchBrowser()
    started.push(() => browser.close())
    editor = await Editor.open(browser, nodeRed.url, 'en-US')
  })

  const started: (() => Promise<void>)[] = []
  after(async () => {
    for (const end of started.reverse()) await end()
  })

  const deployed = async (node: string): Promise<FlowNode> => {
    const found = (await readFlows(nodeRed)).find((each) => each.id === node)
    assert.ok(found)
    return found
  }

  it('loads all sets without an error', async () => {
    const answer = await fetch(new URL('nodes', nodeRed.url), { headers: { accept: 'application/json' } })
    const loaded = (await answer.json()) as { id: string; enabled: boolean; err?: string }[]
    for (const set of sets()) {
      const found = loaded.find((each) => each.id === `node-red-contrib-calsync/${set}`)
      assert.deepEqual([found?.enabled, found?.err], [true, undefined], set)
    }
  })

  it('offers three nodes, with icons, under one heading', async () => {
    for (const type of ['calendar-source', 'calsync-reconcile', 'calendar-sink']) {
      const node = editor.page.locator(`#red-ui-palette-base-category-calendar [data-palette-type="${type}"]`)
      assert.equal(await node.count(), 1, type)
      const icon = await fetch(new URL(`icons/node-red-contrib-calsync/${type}.svg`, nodeRed.url))
      assert.equal(icon.headers.get('content-type'), 'image/svg+xml')
      assert.match(await icon.text(), /fill="#fff"/)
    }
    await editor.picture('workspace')
  })

  it('marks the iCloud calendar of the example until it has an id, and then saves it', async () => {
    await editor.openConfig('calsync-calendar', id.right)
    assert.ok(await editor.isMarked('#node-config-input-calendarId'))
    await editor.picture('calendar-icloud')
    await editor.fill('#node-config-input-calendarId', '/1234567/calendars/home/')
    assert.ok(!(await editor.isMarked('#node-config-input-calendarId')))
    await editor.done()
    await editor.deploy()
    assert.equal((await deployed(id.right)).calendarId, '/1234567/calendars/home/')
  })

  it('asks for the account that fits the provider, and wants one', async () => {
    await editor.openConfig('calsync-calendar', '_ADD_')
    const google = editor.page.locator('.form-row.calsync-calendar-google')
    const icloud = editor.page.locator('.form-row.calsync-calendar-icloud')
    assert.deepEqual([await google.isVisible(), await icloud.isVisible()], [true, false])
    await editor.page.selectOption('#node-config-input-accountType', 'icloud')
    assert.deepEqual([await google.isVisible(), await icloud.isVisible()], [false, true])
    assert.deepEqual(
      [
        await editor.isMarked('#node-config-input-googleAccount'),
        await editor.isMarked('#node-config-input-icloudAccount'),
      ],
      [false, true],
    )
    await editor.picture('calendar-new')
    await editor.page.selectOption('#node-config-input-icloudAccount', id.icloud)
    assert.ok(!(await editor.isMarked('#node-config-input-icloudAccount')))
    await editor.cancel()
  })

  it('keeps the Google log-in that is pasted, and shows only whether it is there', async () => {
    await editor.openConfig('calsync-google-account', id.google)
    await editor.fill('#node-config-input-clientId', '1.apps.googleusercontent.com')
    await editor.fill('#node-config-input-clientSecret', 'client secret')
    await editor.page.click('#calsync-google-advanced summary')
    await editor.fill('#node-config-input-refreshToken', 'refresh token')
    await editor.picture('google-account')
    await editor.done()
    await editor.deploy()
    assert.deepEqual(await readCredentials(nodeRed, 'calsync-google-account', id.google), {
      clientId: '1.apps.googleusercontent.com',
      has_clientSecret: true,
      has_refreshToken: true,
      has_serviceAccountKey: false,
    })
  })

  it('puts the key of a service account in place of the pasted log-in', async () => {
    await editor.openConfig('calsync-google-account', id.google)
    await editor.page.selectOption('#calsync-google-login', 'service-account')
    assert.ok(!(await editor.page.isVisible('#node-config-input-refreshToken')))
    await editor.fill('#node-config-input-serviceAccountKey', '{"type": "service_account"}')
    await editor.picture('google-service-account')
    await editor.done()
    await editor.deploy()
    const kept = await readCredentials(nodeRed, 'calsync-google-account', id.google)
    assert.deepEqual([kept.has_refreshToken, kept.has_clientSecret, kept.has_serviceAccountKey], [false, false, true])
    await editor.openConfig('calsync-google-account', id.google)
    assert.equal(await editor.page.inputValue('#calsync-google-login'), 'service-account')
    await editor.cancel()
  })

  it('accepts a web address or an environment variable as a server, and nothing else', async () => {
    await editor.openConfig('calsync-icloud-account', id.icloud)
    for (const [value, marked] of [
      ['caldav.icloud.com', true],
      ['', true],
      ['${CALDAV_SERVER}', false],
      ['https://caldav.icloud.com', false],
    ] as const) {
      await editor.fill('#node-config-input-serverUrl', value)
      assert.equal(await editor.isMarked('#node-config-input-serverUrl'), marked, value)
    }
    assert.ok(await editor.isMarked('#node-config-input-username'))
    await editor.fill('#node-config-input-username', 'anna@example.com')
    await editor.fill('#node-config-input-password', 'abcd-efgh-ijkl-mnop')
    assert.ok(!(await editor.isMarked('#node-config-input-username')))
    await editor.picture('icloud-account')
    await editor.done()
    await editor.deploy()
    assert.deepEqual(await readCredentials(nodeRed, 'calsync-icloud-account', id.icloud), {
      username: 'anna@example.com',
      has_password: true,
    })
  })

  it('saves which events a source sends', async () => {
    await editor.openNode(id.source)
    await editor.page.selectOption('#node-input-sendEvents', 'all')
    await editor.picture('source')
    await editor.done()
    await editor.deploy()
    assert.equal((await deployed(id.source)).sendEvents, 'all')
  })

  it('marks a sink without a calendar', async () => {
    await editor.openNode(id.sink)
    assert.ok(!(await editor.isMarked('#node-input-calendar')))
    await editor.page.selectOption('#node-input-calendar', '_ADD_')
    assert.ok(await editor.isMarked('#node-input-calendar'))
    await editor.picture('sink')
    await editor.cancel()
  })

  it('says what is wrong with the numbers of a reconcile node', async () => {
    await editor.openNode(id.reconcile)
    for (const [value, marked] of [
      ['soon', true],
      ['-1', true],
      ['1.5', true],
      ['', true],
      ['${DAYS}', false],
      ['90', false],
    ] as const) {
      await editor.fill('#node-input-pastDays', value)
      assert.equal(await editor.isMarked('#node-input-pastDays'), marked, value)
    }
    await editor.fill('#node-input-deletionLimit', '101')
    assert.ok(await editor.isMarked('#node-input-deletionLimit'))
    await editor.picture('reconcile-invalid')
    await editor.cancel()
  })

  it('wants two different calendars to reconcile', async () => {
    await editor.openNode(id.reconcile)
    await editor.page.selectOption('#node-input-right', id.left)
    assert.ok(await editor.isMarked('#node-input-right'))
    await editor.page.selectOption('#node-input-right', id.right)
    assert.ok(!(await editor.isMarked('#node-input-right')))
    await editor.cancel()
  })

  it('saves everything that a reconcile node can be told', async () => {
    await editor.openNode(id.reconcile)
    const chosen = {
      direction: 'left-to-right',
      conflictResolution: 'latest-wins',
      when: 'any',
      declined: 'leave-out',
    }
    for (const [name, value] of Object.entries(chosen)) await editor.page.selectOption(`#node-input-${name}`, value)
    const typed = { pastDays: '7', futureDays: '90', maxOperations: '50', deletionLimit: '10', staleAfter: '0' }
    for (const [name, value] of Object.entries(typed)) await editor.fill(`#node-input-${name}`, value)
    await editor.page.check('#calsync-event-types input[value="focusTime"]')
    await editor.page.uncheck('#calsync-event-types input[value="fromGmail"]')
    await editor.page.check('#node-input-dryRun')
    await editor.picture('reconcile')
    await editor.done()
    await editor.deploy()
    const node = await deployed(id.reconcile)
    for (const [name, value] of Object.entries({ ...chosen, ...typed })) assert.equal(node[name], value, name)
    assert.equal(node.eventTypes, 'default,outOfOffice,focusTime')
    assert.equal(node.dryRun, true)
  })

  it('marks a reconcile node that carries no type of event at all', async () => {
    await editor.openNode(id.reconcile)
    const ticked = editor.page.locator('#calsync-event-types input:checked')
    while ((await ticked.count()) > 0) await ticked.first().uncheck()
    assert.ok(await editor.isMarked('#node-input-eventTypes'))
    assert.ok(await editor.page.isVisible('.calsync-nothing-ticked'))
    await editor.picture('reconcile-no-types')
    await editor.cancel()
  })

  it('has help for every node', async () => {
    for (const set of sets()) {
      const help = await editor.page.evaluate(`RED.nodes.getNodeHelp(${JSON.stringify(set)})`)
      assert.match(String(help), /<h3>Properties<\/h3>/, set)
    }
    await editor.page.evaluate("RED.sidebar.help.show('calsync-reconcile')")
    await editor.page.waitForSelector('.red-ui-help ol.node-ports dl.message-properties')
    await editor.picture('help')
  })

  it('speaks German to a German browser', async () => {
    const german = await Editor.open(browser, nodeRed.url, 'de')
    await german.openNode(id.reconcile)
    const text = await german.text()
    for (const word of ['Linker Kalender', 'Rechter Kalender', 'Probelauf', 'Fokuszeit'])
      assert.ok(text.includes(word), word)
    await german.picture('reconcile-de')
    const help = await german.page.evaluate("RED.nodes.getNodeHelp('calendar-sink')")
    assert.match(String(help), /<h3>Eigenschaften<\/h3>/)
    assert.deepEqual(german.problems, [])
  })

  it('has thrown no error all the while', () => {
    assert.deepEqual(editor.problems, [])
  })
})
