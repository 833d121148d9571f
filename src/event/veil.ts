import { hashJson } from './json'

/**
 * Shows the form of what is somebody's own without what it says: `<10 digits #4f2a>`. Equal things get equal hashes
 * within one report, and others in the next, so that nobody can find out what they stand for by trying.
 */
export class Veil {
  private readonly hidden = new Set<string>()

  /** @param salt a text that nobody else knows */
  constructor(private readonly salt: string) {}

  /** From now on `over` takes this text out, wherever it stands. */
  hide(...texts: readonly string[]): void {
    for (const text of texts) if (text.trim().length > 2) this.hidden.add(text.trim())
  }

  private hash(text: string): string {
    return hashJson([this.salt, text]).slice(0, 4)
  }

  /** A name, title or id: its length in characters and a hash. */
  name(text: string): string {
    return text === '' ? 'none' : `<${count(text.length, 'character')} #${this.hash(text)}>`
  }

  /** A host: known services by name, without the number of the machine. */
  host(host: string): string {
    const pod = /^p(\d+)(-caldav\.icloud\.com(?:\.cn)?(?::\d+)?)$/i.exec(host)
    if (pod) return `p<${count(pod[1]?.length ?? 0, 'digit')} #${this.hash(pod[1] ?? '')}>${pod[2] ?? ''}`
    if (/(^|\.)(icloud\.com(\.cn)?|googleapis\.com|google\.com)(:\d+)?$/i.test(host)) return host
    const port = /:\d+$/.exec(host)?.[0] ?? ''
    return `<host #${this.hash(host.slice(0, host.length - port.length))}>${port}`
  }

  /** A path, segment by segment; what all servers of a kind have in their paths stays. */
  path(path: string): string {
    return path
      .split('/')
      .map((segment) => this.segment(segment))
      .join('/')
  }

  private segment(segment: string): string {
    if (segment === '' || COMMON.has(segment.toLowerCase())) return segment
    const stem = segment.replace(/\.ics$/i, '')
    const ending = segment.slice(stem.length)
    return `<${formOf(stem)} #${this.hash(stem)}>${ending}`
  }

  /** A whole address, or a path. */
  address(href: string): string {
    const whole = /^(https?:\/\/)([^/?#]*)([^?#]*)/i.exec(href)
    if (!whole) return this.path(href.split(/[?#]/, 1)[0] ?? '')
    const [, scheme = '', host = '', path = ''] = whole
    return scheme + this.host(host) + this.path(path)
  }

  /** Any text, without what was to be hidden, and without mail addresses. */
  over(text: string): string {
    const mails = /(?<![\w.+-])[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi
    const bare = text.replaceAll(mails, (mail) => `<mail #${this.hash(mail)}>`)
    const longestFirst = [...this.hidden].sort((a, b) => b.length - a.length)
    return longestFirst.reduce((rest, each) => rest.replaceAll(each, this.name(each)), bare)
  }
}

function formOf(stem: string): string {
  if (/^\d+$/.test(stem)) return count(stem.length, 'digit')
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(stem)) return 'UUID'
  const special = [...new Set(stem.match(/%[0-9a-f]{2}|[^\w.~%-]/gi) ?? [])].filter(
    (each) => each === '@' || /^%/.test(each),
  )
  const length = count(stem.length, 'character')
  return special.length === 0 ? length : `${length} with ${special.slice(0, 3).join(' ')}`
}

export const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`

/** Segments that say what a path is for, not whose it is. */
const COMMON = new Set(
  (
    '.well-known caldav calendar calendars dav dav.php caldav.php davical cal calendarserver principal principals user users ' +
    'events calendarlist me token instances remote.php home inbox outbox notification notifications tasks __uids__ sogo so public collections v2 v3'
  ).split(' '),
)
