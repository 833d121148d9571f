/** What a token is asked for with: a login that was made before, the key of a service account, or the code of a new login. */
export type GrantKind = 'refresh' | 'service-account' | 'code'

/** What Google's token endpoint, or its login page, says instead of giving something (RFC 6749 5.2, and words of its own). */
export type Refusal = { readonly error: string; readonly subtype: string; readonly description: string }

/** What to do about Google's limit for apps that are not published. */
export const PUBLISH =
  'While the app of your client ID is in the state "Testing", Google ends each login after seven days: publish it in ' +
  'the Google Cloud console (Google Auth Platform, Audience, "Publish app"; it is then "In production"), and connect ' +
  'once more.'

const CONNECT =
  'Open the account in Node-RED, press Connect, then Update and Deploy; the client secret need not be entered again.'
const NEW_CLIENT =
  'Create one of the type "Desktop app" in the Google Cloud console (Google Auth Platform, Clients), enter its client ' +
  'ID and secret in the account, and connect again.'
const NEW_KEY = 'Create a new JSON key in the Google Cloud console and paste it into the account.'

/** The refusal that an answer holds: `error` is a text there, not an object as in the answers of the API. */
export function refusalIn(answer: Readonly<Record<string, unknown>>): Refusal {
  const text = (name: string): string => (typeof answer[name] === 'string' ? oneLine(answer[name]) : '')
  return { error: text('error'), subtype: text('error_subtype'), description: text('error_description') }
}

/**
 * What a refusal asks of the user, with Google's own words for it.
 *
 * @returns undefined for one after which the login may still be good
 */
export function tokenAdvice(refusal: Refusal, kind: GrantKind): string | undefined {
  // the word may come from the address of a page: only ours count
  const advice = Object.hasOwn(ADVICE, refusal.error) ? ADVICE[refusal.error]?.(refusal, kind) : undefined
  const again = kind === 'code' ? 'Press Connect again.' : CONNECT
  return advice?.replace('{says}', () => wordsOf(refusal)).replace('{connect}', again)
}

/** Google's words for a refusal: `access_denied: Account restricted`. */
export function wordsOf({ error, subtype, description }: Refusal): string {
  const name = subtype === '' ? error : `${error}, ${subtype}`
  return description === '' ? name : `${name}: ${description.replace(/\.$/, '')}`
}

const oneLine = (words: string): string => words.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 200)

function invalidGrant({ subtype, description }: Refusal, kind: GrantKind): string {
  if (kind === 'code')
    return 'Google does not accept the code any more ({says}): it can be used once, and for a few minutes only. {connect}'
  if (kind === 'service-account') return keyRefused(description)
  if (subtype === 'invalid_rapt' || /invalid_rapt/.test(description))
    return `The organisation of this Google account ends logins after a while ({says}). {connect} So that it does not end again, its administrator can exempt the app: Admin console, Security, Google Cloud session control.`
  if (/account /i.test(description) && /deleted/i.test(description))
    return 'This Google account was deleted ({says}). Connect another one.'
  return `Google no longer accepts the login of this account ({says}). {connect} Does this happen every week? ${PUBLISH}`
}

function keyRefused(description: string): string {
  if (/timeframe|iat and exp|short-lived/i.test(description))
    return 'Google does not accept the time of this machine ({says}). Set its clock right.'
  if (/account not found/i.test(description))
    return `Google does not know the service account ({says}): it was deleted, or its project was. ${NEW_KEY}`
  return `Google does not accept the key of the service account ({says}). It may have been deleted, or the clock of this machine is wrong. ${NEW_KEY}`
}

function unauthorized(kind: GrantKind): string {
  if (kind === 'service-account')
    return 'The service account may not act with these permissions ({says}). The administrator of the organisation allows it by domain-wide delegation: Admin console, Security, API controls, Domain-wide delegation. Without that, share the calendar with the address of the service account.'
  return `The login was not made with this client ID ({says}). {connect}`
}

const ADVICE: Readonly<Record<string, (refusal: Refusal, kind: GrantKind) => string>> = {
  invalid_grant: invalidGrant,
  access_denied: ({ description }) =>
    /client not authorized/i.test(description)
      ? 'The organisation of this Google account does not let the client ID in ({says}). Ask its administrator to allow it: Admin console, Security, API controls.'
      : 'Google does not give this account access ({says}). Sign in at accounts.google.com with it and see what is wrong; an administrator may have restricted it. Then connect again.',
  invalid_account: () =>
    'Google does not accept this account any more ({says}): it may be suspended or closed. Sign in at accounts.google.com with it, then connect again.',
  admin_policy_enforced: () =>
    'The administrator of this Google account does not allow the app ({says}). Ask them to trust your client ID: Admin console, Security, API controls, App access control.',
  org_internal: () =>
    'The app of your client ID is for accounts of its own organisation only ({says}). Make it "External" in the Google Cloud console (Google Auth Platform, Audience), or connect an account of that organisation.',
  invalid_scope: (_refusal, kind) =>
    kind === 'service-account'
      ? 'Google does not give the service account these permissions ({says}). Enable the Google Calendar API in its project, and check the permissions of a domain-wide delegation, if there is one.'
      : `Google does not give this login the permissions that are needed ({says}). {connect} Tick all permissions on Google’s page.`,
  invalid_client: ({ description }) =>
    /deleted/i.test(description)
      ? deletedClient
      : 'Google does not know the client ID or its secret ({says}). Copy both anew from the Google Cloud console, Google Auth Platform, Clients, into the account, and connect again.',
  deleted_client: () => deletedClient,
  disabled_client: () =>
    'The OAuth client of this account is disabled ({says}). Enable it in the Google Cloud console (Google Auth Platform, Clients), or use another one; then connect again.',
  unauthorized_client: (_refusal, kind) => unauthorized(kind),
  redirect_uri_mismatch: () => `The OAuth client is not of the type "Desktop app" ({says}). ${NEW_CLIENT}`,
  invalid_request: () => `Google misses something in the login ({says}). {connect}`,
}

const deletedClient = `The OAuth client of this account was deleted ({says}). ${NEW_CLIENT}`
