import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'

/** Where Debian puts it; elsewhere the environment says where it is. */
const CHROMIUM = process.env.CALSYNC_CHROMIUM ?? '/usr/bin/chromium'

export const browserMissing = existsSync(CHROMIUM)
  ? undefined
  : `there is no browser at ${CHROMIUM}: install chromium, or name one in CALSYNC_CHROMIUM`

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    timeout: 0,
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`],
  })

/** A name that leads here, though it does not look so: the browser takes it for another computer. */
export const ELSEWHERE = 'node-red.test'

/** A user of Node-RED. */
export type User = { readonly username: string; readonly password: string }

/** The editor of a Node-RED in a page of a browser, driven by what its user sees. */
export class Editor {
  /** Errors that scripts of the page threw. */
  readonly problems: string[] = []

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message))
  }

  /** Opens it in a language (`en-US`, `de`) and waits until the flows are drawn. */
  static async open(browser: Browser, url: string, locale: string, user?: User): Promise<Editor> {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } })
    context.setDefaultTimeout(0) // a slow machine is slow in the browser, too
    const editor = new Editor(await context.newPage())
    await editor.page.goto(url)
    if (user) await editor.logIn(user)
    await editor.ready()
    return editor
  }

  private async logIn({ username, password }: User): Promise<void> {
    await this.page.fill('#node-dialog-login-username', username)
    await this.page.fill('#node-dialog-login-password', password)
    await this.page.click('#node-dialog-login-submit')
  }

  /** Loads the page anew, with the flows as they are deployed. */
  async reload(): Promise<void> {
    await this.page.reload()
    await this.ready()
  }

  private async ready(): Promise<void> {
    await this.page.waitForSelector('#red-ui-workspace-chart')
    await this.page.waitForFunction(
      'RED.nodes.eachNode && RED.workspaces.count() > 0 && !$("#red-ui-loading-progress").is(":visible")',
    )
  }

  /** Opens the dialog of a node that stands in a flow. */
  async openNode(id: string): Promise<void> {
    await this.page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`)
    await this.settle('#node-dialog-ok')
  }

  /** Opens the dialog of a config node; `_ADD_` as id makes a new one. */
  async openConfig(type: string, id: string): Promise<void> {
    await this.page.evaluate(`RED.editor.editConfig('', ${JSON.stringify(type)}, ${JSON.stringify(id)})`)
    await this.settle('#node-config-dialog-ok')
  }

  /** Presses Done in the dialog that is open. */
  async done(): Promise<void> {
    const button = (await this.page.$('#node-config-dialog-ok')) ? '#node-config-dialog-ok' : '#node-dialog-ok'
    await this.page.click(button)
    await this.page.waitForSelector('.red-ui-tray', { state: 'detached' })
  }

  async cancel(): Promise<void> {
    const button = (await this.page.$('#node-config-dialog-cancel'))
      ? '#node-config-dialog-cancel'
      : '#node-dialog-cancel'
    await this.page.click(button)
    await this.page.waitForSelector('.red-ui-tray', { state: 'detached' })
  }

  /** Presses Deploy, and waits until the runtime has the flows. */
  async deploy(): Promise<void> {
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    )
    await this.page.click('#red-ui-header-button-deploy')
    const confirm = this.page.locator('.red-ui-notification button.primary', { hasText: /deploy/i })
    await Promise.race([answered, confirm.waitFor().then(() => confirm.click())])
    await answered
    await this.page.waitForSelector('#red-ui-header-button-deploy.disabled')
  }

  /** Fills an input as its user would, and leaves it. */
  async fill(selector: string, value: string): Promise<void> {
    await this.page.fill(selector, value)
    await this.page.locator(selector).dispatchEvent('change')
  }

  /** Node-RED 5's own dark theme, or its light one. */
  async turn(theme: 'dark' | 'light'): Promise<void> {
    await this.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`)
  }

  async isMarked(selector: string): Promise<boolean> {
    const classes = await this.page.locator(selector).getAttribute('class')
    return (classes ?? '').split(' ').includes('input-error')
  }

  /** The text of the dialog that is open. */
  async text(): Promise<string> {
    return this.page.locator('.red-ui-tray .red-ui-tray-body').last().innerText()
  }

  /** The same in light and dark. */
  async pictures(name: string): Promise<void> {
    await this.picture(name)
    await this.page.evaluate('document.documentElement.classList.add("nr-theme-dark")')
    await this.picture(`${name}-dark`)
    await this.page.evaluate('document.documentElement.classList.remove("nr-theme-dark")')
  }

  /** Takes a picture, where the environment asks for pictures by naming a folder in CALSYNC_SCREENSHOTS. */
  async picture(name: string, page = this.page): Promise<void> {
    const folder = process.env.CALSYNC_SCREENSHOTS
    if (folder === undefined) return
    await mkdir(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }

  /** Waits until a dialog has slid in. */
  private async settle(button: string): Promise<void> {
    await this.page.waitForSelector(button)
    await this.page.waitForFunction('$(".red-ui-tray").last().css("right") === "0px"')
  }
}
