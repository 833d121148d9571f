import { formsOf } from './secret-forms'
import { registeredFor } from './providers'
import type { AccountSettings } from './settings'

const HIDDEN = '…'
/** What was sent as a login lately, besides what stands in the settings: so many texts. */
const MOST_SENT = 16
/** A shorter text says nothing, and stands in many words. */
const SHORTEST = 4
/** What a piece of a secret is that a cut text has left of it: a mere word is none unless it is longer. */
const PIECE = 8
const LONG_PIECE = 12

/**
 * What nobody may get to see of one account: its secrets, and what is made of them for a request. A server that gives
 * them back, in whatever form, or a part of them, gets them into no error, log or message.
 */
export class Secrets {
  private readonly fixed: Pieces
  private readonly sent = new Set<string>()
  private ofSent: Pieces | undefined

  constructor(type: string, settings: AccountSettings) {
    this.fixed = new Pieces(registeredFor(type).secretsIn(settings))
  }

  /** Takes note of a login that goes out with a request: an access token, user name and password in Base64, a digest. */
  sends(headers: Headers, form?: URLSearchParams): void {
    const [scheme = '', ...rest] = headers.get('authorization')?.split(' ') ?? []
    const login = rest.join(' ')
    this.note(scheme.toLowerCase() === 'digest' ? (/\bresponse="([^"]+)"/.exec(login)?.[1] ?? '') : login)
    for (const [name, value] of form ?? []) if (!OPEN.includes(name)) this.note(value)
  }

  private note(text: string): void {
    if (text.length < SHORTEST || this.sent.has(text)) return
    this.sent.add(text)
    for (const oldest of this.sent) if (this.sent.size > MOST_SENT) this.sent.delete(oldest)
    this.ofSent = undefined
  }

  /** A text without any of it. */
  over(text: string): string {
    const bare = this.without(text)
    if (!bare.includes('%')) return bare
    // addresses escape as much as they like to, and what is escaped already once more
    const words = bare.split(/([\s/]+)/)
    return words.map((word) => (word.includes('%') && this.isIn(unescaped(unescaped(word))) ? HIDDEN : word)).join('')
  }

  private without(text: string): string {
    this.ofSent ??= new Pieces(this.sent)
    return this.ofSent.without(this.fixed.without(text))
  }

  private isIn(text: string): boolean {
    return this.without(text) !== text
  }

  /** A long text without whole secrets: what is cut of it afterwards bears no part of one. */
  overWhole(text: string): string {
    this.ofSent ??= new Pieces(this.sent)
    return this.ofSent.withoutWhole(this.fixed.withoutWhole(text))
  }

  /** The same error, and those that caused it, without any of it. */
  overError(error: unknown): unknown {
    if (!(error instanceof Error)) return typeof error === 'string' ? this.over(error) : error
    for (let each: unknown = error, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth += 1) {
      each.message = this.over(each.message)
      if (each.stack !== undefined) each.stack = this.over(each.stack)
    }
    return error
  }

  /** Does something; what it rejects with is without any of it. */
  async keptBy<T>(job: () => Promise<T>): Promise<T> {
    try {
      return await job()
    } catch (error) {
      throw this.overError(error)
    }
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes)
    } catch {
      return codes
    }
  })
}

/** Members of a request for tokens that are no secrets (RFC 6749). */
const OPEN = ['grant_type', 'client_id', 'redirect_uri', 'scope']

/** The forms of some secrets, and the pieces by which a cut one is known. ASCII letters count as the small ones. */
class Pieces {
  private readonly forms: readonly string[]
  private byLength: ReadonlyMap<number, ReadonlySet<string>> | undefined

  constructor(secrets: Iterable<string>) {
    const forms = [...secrets].filter(({ length }) => length >= SHORTEST).flatMap(formsOf)
    this.forms = [...new Set(forms)].sort((a, b) => b.length - a.length)
  }

  withoutWhole(text: string): string {
    return this.forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text)
  }

  without(text: string): string {
    this.byLength ??= piecesOf(this.forms)
    const small = inSmall(text)
    let shown = ''
    let end = 0
    for (let at = 0; at < text.length; at += 1) {
      for (const [length, pieces] of this.byLength)
        if (pieces.has(small.slice(at, at + length))) end = Math.max(end, at + length)
      if (at >= end) shown += text.charAt(at)
      else if (!shown.endsWith(HIDDEN)) shown += HIDDEN
    }
    return shown
  }
}

const inSmall = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

function piecesOf(forms: readonly string[]): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>()
  const add = (piece: string): void => {
    const same = found.get(piece.length) ?? new Set()
    found.set(piece.length, same.add(piece))
  }
  for (const form of forms.map(inSmall)) {
    if (form.length < LONG_PIECE) add(form)
    for (let at = 0; at + PIECE <= form.length; at += 1) {
      const piece = form.slice(at, at + PIECE)
      if (/[^a-z]/.test(piece)) add(piece)
      else if (at + LONG_PIECE <= form.length) add(form.slice(at, at + LONG_PIECE))
    }
  }
  return found
}
