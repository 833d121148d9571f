import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { nodeRed4 } from '../e2e/node-red-4'
import { browserMissing, Editor, launchBrowser } from './browser'
import { ADMIN, ID, LoginStage } from './login-stage'

describe('From installed to connected in Node-RED 4.1', function () {
  const stage = new LoginStage()
  let browser: Browser | undefined

  before(async function () {
    if (browserMissing !== undefined) {
      console.log(`    skipped: ${browserMissing}`)
      this.skip()
    }
    const red = await nodeRed4()
    if (red === undefined) this.skip()
    await stage.start(red)
    await stage.deploy()
    browser = await launchBrowser()
  })

  after(async () => {
    await browser?.close()
    await stage.stop()
  })

  it('a login that died is shown, and made anew by Connect without the client secret', async () => {
    assert.ok(browser)
    assert.ok(stage.nodeRed.log.some((line) => /Node-RED version: v4\.1\./.test(line)))
    const editor = await Editor.open(browser, stage.nodeRed.url, 'en-US', ADMIN)
    const { page } = editor
    stage.google.tokens.endLogins()
    await page.evaluate(`$.post('inject/${ID.inject}')`)
    await page.waitForFunction(`(RED.nodes.node('${ID.google}').status || {}).text === 're-authorise'`)
    await editor.openConfig('calsync-google-account', ID.google)
    await page.click('#calsync-connect')
    await page.locator('#calsync-login-state', { hasText: 'Connected as someone@example.com' }).waitFor()
    await page.click('#calsync-test')
    await page.locator('#calsync-test-result', { hasText: 'Signed in to Google' }).waitFor()
    await editor.pictures('google-node-red-4')
    await editor.done()
    await editor.deploy()
    await page.waitForFunction(`!RED.nodes.node('${ID.google}').status.text`)
    await page.evaluate(`$.post('inject/${ID.inject}')`)
    await page.waitForFunction(`(RED.nodes.node('${ID.source}').status || {}).text === '0 events'`)
    assert.deepEqual(editor.problems, [])
  })
})
