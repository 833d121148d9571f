import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Fetch } from '../src/transport/fetch'

const FOLDER = join(__dirname, '../../shared/data/recorded')

/** An answer of a service, as it goes over the line. */
export type Answered = {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}
export type Asked = { readonly method: string; readonly url: URL; readonly headers: Headers; readonly body: string }

/** The answers of one real service that were recorded; they lie beside the project. */
export class Recorded {
  private readonly folder: string

  /**
   * @param replayed the files that its test replays
   * @param others those that it does not, each with the reason
   */
  constructor(
    service: 'google' | 'icloud',
    private readonly replayed: readonly string[],
    private readonly others: Readonly<Record<string, string>> = {},
  ) {
    this.folder = join(FOLDER, service)
  }

  get isThere(): boolean {
    return existsSync(this.folder)
  }

  text(name: string): string {
    assert.ok(this.replayed.includes(name), `${name} is among those that are replayed`)
    return readFileSync(join(this.folder, name), 'utf8')
  }

  json(name: string): unknown {
    return JSON.parse(this.text(name))
  }

  /** Fails for a file that is neither replayed nor left out for a reason, and for one that is not there. */
  assertNoneForgotten(): void {
    assert.deepEqual(readdirSync(this.folder).sort(), [...this.replayed, ...Object.keys(this.others)].sort())
  }
}

/** A service that answers as it was recorded. What it was asked, in order, as `METHOD url`, is kept. */
export function replaying(answer: (asked: Asked) => Answered): { fetch: Fetch; asked: string[] } {
  const asked: string[] = []
  const fetch: Fetch = (input, init) => {
    const request = new Request(input, init)
    const { method, headers } = request
    const url = new URL(request.url)
    asked.push(`${method} ${url.host}${decodeURIComponent(url.pathname)}`)
    return request.text().then((body) => {
      const { status, body: text, headers: more } = answer({ method, url, headers, body })
      return new Response(text ?? null, { status, headers: { ...more } })
    })
  }
  return { fetch, asked }
}
