import type { DigestStyle } from './digest'
import type { XmlStyle } from './xml'

/** What the server does and is peculiar about. The defaults are iCloud's habits; `PLAIN` is a tidy server. */
export type CaldavOptions = {
  /** Where the account is; discovery starts here. */
  origin: string
  /** Where the calendars are: the host that calendar-home-set names, with its port. */
  homeOrigin: string
  /** Whether the account's host sends on (301) to the calendars' host whoever asks for something that lies there. */
  podRedirects: boolean
  /** Whether the first request with the right password that a host gets is answered with an empty 401 all the same. */
  transient401: boolean
  /** Whether a principal describes itself under `/principal/`, not under the path that was asked for. */
  shortPrincipalHref: boolean
  username: string
  /** What the principal's calendar-user-address-set (RFC 6638 2.4.1) says; null: it has none. */
  addresses: readonly string[] | null
  password: string
  /** Wants a digest in this style; null: Basic. */
  digest: DigestStyle | null
  /** Milliseconds since 1970. */
  clock: () => number
  xml: XmlStyle
  /** A delta lists the collection itself. */
  ownHrefInDelta: boolean
  /** A delta lists each changed member twice. */
  duplicateHrefs: boolean
  /** False: a server without sync tokens, which doesn't know the sync-collection report. */
  syncCollection: boolean
  /** What a token that it has forgotten gets: `valid-sync-token`, or (DAViCal) a list of all members, deletions left out. */
  forgottenTokens: 'refused' | 'listed'
  /** Whether ETags count a member's versions, from 0 in each life of its name (SOGo), so that they come again. */
  countedEtags: boolean
  /** Whether it stores over what is there under If-None-Match, and deletes under any If-Match (SOGo). */
  careless: boolean
  /** Whether it cuts lines in units of UTF-16 and stores "(null)" for a text in which that cuts a character (SOGo). */
  cutsCharacters: boolean
  /** Members in one sync-collection answer; more are left for the next one (RFC 6578 3.6). */
  deltaLimit: number
  /**
   * Whether versions are contents, as in Xandikos: an ETag is a hash of the text, and a delta the difference of two
   * states. What came and went in between, or is again as it was, is not in it.
   */
  trees: boolean
  /** How a cut delta says so: as a 507 response in a 207, or as the status of the answer. */
  deltaCut: 'response' | 'status'
  /** `none`: no getctag either, so that only a listing tells. */
  ctag: boolean
  /** What a PUT does to the text: `stamps` = LAST-MODIFIED and a second DTSTAMP; `alarm` also a default alarm on creation;
   * `defaults` = CLASS:PUBLIC, no blanks before a text, and an ETag in the answer all the same; `capitals` = also
   * titles in capitals, another DTSTAMP, and no colours. */
  rewrites: 'nothing' | 'stamps' | 'alarm' | 'defaults' | 'capitals'
  /** Whether a PUT that stored the text as it was answers with its ETag; after a rewrite none does. */
  etagAfterPut: boolean
  /** Names and UIDs of deleted events are refused with a bare 412. */
  tombstones: boolean
  /** Where a UID may stand once. */
  uniqueUid: 'account' | 'calendar' | 'nowhere'
  /** Whether calendars state current-user-privilege-set. */
  privileges: boolean
  /** Whether a 403 says no reason: to a token that it doesn't know, and to who may not write. */
  bare403: boolean
  /** What texts it won't have, and gives up as little: a bare 403 to the PUT and DELETE of such an event. */
  dislikes: RegExp | null
  /** Whether recurrence rules and dates of another type than the start are refused. */
  strictDates: boolean
  /** Whether calendars state their supported-calendar-component-set. */
  componentSet: boolean
  /** Whether it sends mail to guests (RFC 6638), and says so in answer to OPTIONS. */
  schedules: boolean
  /** Whether requests without User-Agent are refused (403). */
  needsUserAgent: boolean
  /** Whether `@` in the path must not be escaped in GET, PUT and DELETE. */
  plainAt: boolean
  /** Attributes that multiget returns; some servers leave out what was asked for. */
  multigetEtag: boolean
}

export const ICLOUD: CaldavOptions = {
  origin: 'https://caldav.icloud.com',
  homeOrigin: 'https://p62-caldav.icloud.com:443',
  podRedirects: true,
  transient401: true,
  shortPrincipalHref: true,
  username: 'anna@example.com',
  addresses: ['mailto:anna@example.com', '/1234567890/principal/', 'urn:uuid:1234567890'],
  password: 'abcd-efgh-ijkl-mnop',
  digest: null,
  clock: () => Date.UTC(2026, 5, 1, 8),
  xml: 'default-namespace',
  ownHrefInDelta: true,
  duplicateHrefs: true,
  syncCollection: true,
  strictDates: false,
  forgottenTokens: 'refused',
  countedEtags: false,
  careless: false,
  cutsCharacters: false,
  deltaLimit: Infinity,
  trees: false,
  deltaCut: 'response',
  ctag: true,
  rewrites: 'stamps',
  etagAfterPut: true,
  tombstones: true,
  uniqueUid: 'account',
  privileges: true,
  bare403: false,
  dislikes: null,
  componentSet: true,
  schedules: true,
  needsUserAgent: true,
  plainAt: true,
  multigetEtag: true,
}

/** A server that does what the RFCs say and no more. */
export const PLAIN: Partial<CaldavOptions> = {
  origin: 'https://dav.example.org',
  homeOrigin: 'https://dav.example.org',
  podRedirects: false,
  transient401: false,
  shortPrincipalHref: false,
  xml: 'prefixes',
  ownHrefInDelta: false,
  duplicateHrefs: false,
  rewrites: 'nothing',
  tombstones: false,
  uniqueUid: 'calendar',
  schedules: false,
  needsUserAgent: false,
  plainAt: false,
}
