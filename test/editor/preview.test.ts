import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { deploy, inject, readFlows } from '../demo/admin'
import { browserMissing, Editor } from './browser'
import { deployFlow, flowFor, ID, openSite, type EditorSite } from './site'

const STATE = '.calsync-preview-state'

const textsOf = (editor: Editor, selector: string): Promise<string[]> =>
  editor.page.locator(`${selector} option`).allInnerTexts()

/** Presses the button, and waits for the words beside it. */
async function ask({ page }: Editor, words: RegExp): Promise<string> {
  await page.click('#calsync-preview-button')
  const state = page.locator(STATE, { hasText: words })
  await state.waitFor()
  return state.innerText()
}

/** The rows of the table, cell by cell. */
async function table({ page }: Editor): Promise<string[][]> {
  const rows = await page.locator('.calsync-preview-table tbody tr').all()
  return Promise.all(rows.map((row) => row.locator('td').allInnerTexts()))
}

describe('The dialog of calsync-reconcile', function () {
  let site: EditorSite
  let editor: Editor

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    site = await openSite()
    await deployFlow(site)
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
  })
  after(async () => {
    if (browserMissing === undefined) await site.close()
  })

  it('names the chosen calendars in its choices, and says in a line what each means', async () => {
    await editor.openNode(ID.reconcile)
    assert.deepEqual(await textsOf(editor, '#node-input-conflictResolution'), [
      'ask: announce, change nothing',
      'the later edit wins',
      'Google: Personal wins',
      'CalDAV: Home wins',
    ])
    assert.deepEqual(await textsOf(editor, '#node-input-direction'), [
      'both ways',
      'one way: Google: Personal → CalDAV: Home',
      'one way: CalDAV: Home → Google: Personal',
    ])
    for (const [select, value, line] of [
      ['conflictResolution', 'left-wins', /Google: Personal is written over CalDAV: Home/],
      ['conflictResolution', 'manual', /output 3 asks/],
      ['conflictResolution', 'latest-wins', /changed last/],
      ['direction', 'right-to-left', /done in CalDAV: Home goes to Google: Personal/],
      ['direction', 'both', /either way/],
      ['when', 'any', /after each reading/],
      ['declined', 'leave-out', /is not copied\./],
      ['declined', 'as-is', /like any other event/],
      ['declined', 'as-free', /takes no time in the other calendar/],
    ] as const) {
      await editor.page.selectOption(`#node-input-${select}`, value)
      assert.match(await editor.page.innerText(`#calsync-explained-${select}`), line)
    }
    await editor.cancel()
  })

  it('names them anew when others are chosen, and tells two of one name apart', async () => {
    await editor.openNode(ID.reconcile)
    await editor.page.selectOption('#node-input-right', ID.googleCalendar)
    assert.deepEqual((await textsOf(editor, '#node-input-conflictResolution')).slice(2), [
      'Google: Personal (left) wins',
      'Google: Personal (right) wins',
    ])
    await editor.page.selectOption('#node-input-right', '_ADD_')
    assert.deepEqual((await textsOf(editor, '#node-input-conflictResolution')).slice(2), [
      'Google: Personal wins',
      'right wins',
    ])
    await editor.cancel()
  })

  it('leaves what comes from the environment as it is', async () => {
    const fromEnv = {
      direction: '${WAY}',
      conflictResolution: '${WHO_WINS}',
      when: '${WHEN}',
      declined: '${DECLINED}',
      dryRun: '${DRY}',
    }
    const set = `Object.assign(RED.nodes.node('${ID.reconcile}'), ${JSON.stringify(fromEnv)})`
    await editor.page.evaluate(`${set}; RED.nodes.node('${ID.source}').sendEvents = '\${SEND}'`)
    await editor.openNode(ID.reconcile)
    for (const [name, value] of Object.entries(fromEnv))
      assert.equal(await editor.page.inputValue(`#node-input-${name}`), value)
    await editor.fill('#node-input-name', 'From the environment')
    await editor.done()
    await editor.openNode(ID.source)
    await editor.fill('#node-input-name', 'From the environment')
    await editor.done()
    const read = (id: string, ...names: string[]): Promise<unknown> =>
      editor.page.evaluate(`(({ ${names.join(', ')} }) => ({ ${names.join(', ')} }))(RED.nodes.node('${id}'))`)
    assert.deepEqual(await read(ID.reconcile, ...Object.keys(fromEnv)), fromEnv)
    assert.deepEqual(await read(ID.source, 'sendEvents'), { sendEvents: '${SEND}' })
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
  })

  it('shows the standard choice in a node of an older version that has none, which is no change of it', async () => {
    const flow = flowFor(site).map((node) => (node.id === ID.reconcile ? { ...node, declined: undefined } : node))
    await deploy(site.nodeRed, flow)
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    const isChanged = (): Promise<unknown> => editor.page.evaluate(`RED.nodes.node('${ID.reconcile}').changed === true`)
    const shows = (): Promise<string> => editor.page.inputValue('#node-input-declined')
    assert.equal(await editor.page.evaluate(`typeof RED.nodes.node('${ID.reconcile}').declined`), 'undefined')

    await editor.openNode(ID.reconcile)
    assert.equal(await shows(), 'as-free')
    assert.match(await editor.page.innerText('#calsync-explained-declined'), /takes no time/)
    assert.match(await ask(editor, /to create|was changed/), /to create/)
    await editor.done()
    assert.equal(await isChanged(), false)

    await editor.openNode(ID.reconcile)
    await editor.page.selectOption('#node-input-declined', 'leave-out')
    await ask(editor, /was changed since the last deploy/)
    await editor.done()
    assert.equal(await isChanged(), true)
    await editor.deploy()
    await editor.openNode(ID.reconcile)
    assert.equal(await shows(), 'leave-out')
    assert.match(await ask(editor, /to create|was changed/), /to create/)
    await editor.cancel()
    const held = (await readFlows(site.nodeRed)).find(({ id }) => id === ID.reconcile)
    assert.equal(held?.declined, 'leave-out')

    await deployFlow(site)
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
  })

  it('names them at the outputs of the node, too', async () => {
    const labels = [0, 1, 2, 3].map((port) => {
      const node = `RED.nodes.node('${ID.reconcile}')`
      return editor.page.evaluate(`${node}._def.outputLabels.call(${node}, ${port})`)
    })
    assert.deepEqual(await Promise.all(labels), [
      'changes for Google: Personal',
      'changes for CalDAV: Home',
      'conflicts',
      'report',
    ])
  })

  it('shows what the first run would do as a table, and nothing of it is done', async () => {
    const before = [site.world.googleOwner.rows().length, site.world.icloudOwner.rows().length]
    await editor.openNode(ID.reconcile)
    const said = await ask(editor, /to create/)
    assert.match(said, /Google: Personal: 38 to create, 1 to update, 0 to delete\./)
    assert.match(said, /CalDAV: Home: 37 to create, \d to update, 0 to delete\. Waiting for an answer: 1\./)
    const rows = await table(editor)
    const concert = rows.find(([, , event]) => event?.includes('Concert'))
    assert.deepEqual([concert?.[0], concert?.[1], concert?.[3]], ['conflict', '', 'location'])
    const create = rows.find(([action, calendar]) => action === 'create' && calendar === 'CalDAV: Home')
    assert.match(create?.[2] ?? '', /\n\d{4}-\d\d-\d\d/)
    assert.match(create?.[4] ?? '', /new in anna@gmail\.com/)
    await editor.page.locator('.calsync-preview').scrollIntoViewIfNeeded()
    await editor.picture('preview')
    await editor.cancel()
    assert.deepEqual([site.world.googleOwner.rows().length, site.world.icloudOwner.rows().length], before)
  })

  it('shows changed fields, held deletions and events that are set aside once both are in step', async () => {
    const { world } = site
    const isDone = (): boolean => site.nodeRed.log.some((line) => /\[calsync\] .* changes, 0 failed/.test(line))
    await inject(site.nodeRed, '08f6404c0d511273')
    while (!isDone()) await setTimeout(100)
    const dentist = world.googleOwner.rows().find(({ title }) => title === 'Dentist')!
    world.googleOwner.change(dentist.id, { ...dentist, place: 'Main Street 1' })
    world.icloud.user.addText(world.icloud.calendar, 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 'broken.ics')
    for (const { id, title } of world.icloudOwner.rows().slice(0, 50))
      if (title !== 'Dentist') world.icloudOwner.remove(id)
    await editor.openNode(ID.reconcile)
    await ask(editor, /Waiting for an answer/)
    const rows = await table(editor)
    const update = rows.find(([action]) => action === 'update')
    assert.deepEqual([update?.[1], update?.[3]], ['CalDAV: Home', 'location'])
    assert.ok(
      rows.some(
        ([action, calendar, , , reason]) =>
          action === 'held back' && calendar === 'Google: Personal' && /limit/.test(reason ?? ''),
      ),
    )
    assert.ok(rows.some(([action]) => action === 'set aside'))
    await editor.picture('preview-held')
    await editor.cancel()
  })

  it('cuts a long list, and counts the rest', async () => {
    for (let at = 0; at < 260; at++) {
      site.world.google.user.create({
        summary: `Event ${at}`,
        start: { date: '2030-01-01' },
        end: { date: '2030-01-02' },
      })
    }
    await deployFlow(site)
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    await editor.openNode(ID.reconcile)
    await editor.fill('#node-input-futureDays', '3650')
    assert.match(await ask(editor, /changed since/), /Deploy, then preview/)
    await editor.done()
    await editor.deploy()
    await editor.openNode(ID.reconcile)
    await ask(editor, /to create/)
    const rows = await table(editor)
    assert.equal(rows.length, 201)
    assert.match(rows.at(-1)?.join('') ?? '', /^and \d+ more$/)
    await editor.cancel()
  })

  it('wants a node that was deployed, and not changed since', async () => {
    await editor.openNode(ID.reconcile)
    await editor.page.selectOption('#node-input-conflictResolution', 'left-wins')
    await ask(editor, /was changed since the last deploy/)
    assert.equal(await editor.page.locator('.calsync-preview-table tr').count(), 0)
    await editor.cancel()

    await editor.openConfig('calsync-calendar', ID.icloudCalendar)
    await editor.fill('#node-config-input-name', 'Home again')
    await editor.done()
    await editor.openNode(ID.reconcile)
    await ask(editor, /was changed since the last deploy/)
    await editor.cancel()

    const id = await editor.page.evaluate(`(() => {
      const node = RED.nodes.id()
      RED.view.importNodes([{ id: node, type: 'calsync-reconcile', z: RED.workspaces.active(), x: 300, y: 500, name: 'new',
        left: '${ID.googleCalendar}', right: '${ID.icloudCalendar}', direction: 'both', conflictResolution: 'manual',
        pastDays: 30, futureDays: 365, maxOperations: 1000, deletionLimit: 25, eventTypes: 'default', dryRun: false,
        staleAfter: 24, when: 'both', wires: [[], [], [], []] }],
        { generateIds: false, addFlow: false, touchImport: true, notify: false })
      return node
    })()`)
    await editor.openNode(String(id))
    await ask(editor, /not deployed yet/)
    await editor.picture('preview-not-deployed')
    await editor.cancel()
  })

  it('says what is wrong where a calendar can not be read', async () => {
    editor = await Editor.open(site.browser, site.nodeRed.url, 'en-US')
    site.world.icloud.options.password = 'revoked'
    await editor.openNode(ID.reconcile)
    await ask(editor, /refuses the user name and password/)
    await editor.picture('preview-failed')
    await editor.cancel()
    assert.deepEqual(editor.problems, [])
  })
})
