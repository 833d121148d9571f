import { CalSyncError } from './errors'
import type { Node, NodeAPI } from './node-red'
import { registeredFor } from './providers'
import type { Asked } from './routes'
import { invalidInput } from './routes'
import { given } from './settings'
import type { AccountSettings } from './settings'

/** What the editor shows, and sends, in place of a stored password. */
const STORED = '__PWRD__'

type Texts = Readonly<Record<string, string>>

/**
 * The settings of an account as its dialog shows them, deployed or not.
 *
 * @param body `{id, values}`: the node's id, and its properties and credentials as far as the dialog has them. A value
 *   that is missing, or `__PWRD__`, is the stored one of that very node; `${NAME}` is resolved as for the node itself.
 * @throws CalSyncError if stored secrets would be sent to another address than the stored one: whoever may ask, but not
 *   deploy, could have them sent to a server of theirs
 */
export function accountOfDialog(RED: NodeAPI, type: string, body: Asked['body']): AccountSettings {
  const registered = registeredFor(type)
  const { id, values } = dialogIn(body)
  const stored = storedSettings(RED, id, registered.nodeType)
  const typed = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== STORED))
  const resolve = resolver(RED, id)
  const settings = resolve({ ...stored, ...typed })
  const takesStored = registered.secrets.some((name) => typed[name] === undefined && given(settings[name]))
  const [now, before] = [settings, resolve(stored)].map((each) => registered.addresses(each).join(' '))
  if (takesStored && now !== before) {
    throw new CalSyncError(
      'config',
      'The server address was changed: enter the password or other secret again, or deploy first. Stored secrets are sent to the stored address only.',
    )
  }
  return settings
}

function dialogIn({ id, values = {} }: Asked['body']): { id: string; values: Texts } {
  if (typeof id === 'string' && isTexts(values)) return { id, values }
  throw invalidInput(
    'The body must be {id, values}: an account node’s id, and its properties and credentials as texts.',
  )
}

const isTexts = (value: unknown): value is Texts =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string')

/** Properties and credentials of a deployed node, as they were entered; none if no node of this type has the id. */
function storedSettings(RED: NodeAPI, id: string, nodeType: string): Texts {
  let found: object | undefined
  RED.nodes.eachNode((config) => {
    if (config.id === id && config.type === nodeType) found = config
  })
  const entries: [string, unknown][] = found ? Object.entries({ ...found, ...RED.nodes.getCredentials(id) }) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** Replaces values that are `${NAME}` (or, of old, `$(NAME)`) as a whole, as Node-RED does when it starts a node; an unknown name stays. */
function resolver(RED: NodeAPI, id: string): (texts: Texts) => Texts {
  const node = RED.nodes.getNode(id) ?? someGlobalNode(RED)
  return (texts) =>
    Object.fromEntries(
      Object.entries(texts).map(([key, text]) => {
        const name = /^\$(?:\{([^}]+)\}|\(([^)]+)\))$/.exec(text.trim())?.slice(1).find(Boolean)
        const value = name === undefined ? undefined : RED.util.getSetting(node, name)
        return [key, typeof value === 'string' || typeof value === 'number' ? String(value) : text]
      }),
    )
}

/** Any running node outside the flows: one that is not deployed yet will see the same environment. */
function someGlobalNode(RED: NodeAPI): Node | undefined {
  const found: Node[] = []
  RED.nodes.eachNode(({ id, z }) => {
    const node = z ? null : RED.nodes.getNode(id)
    if (node && found.length === 0) found.push(node)
  })
  return found[0]
}
