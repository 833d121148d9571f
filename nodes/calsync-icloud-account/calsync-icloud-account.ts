import type { NodeAPI } from '../../src/runtime/node-red'
import { defineAccount } from '../../src/runtime/shell'

export = (RED: NodeAPI): void => {
  defineAccount(RED, 'calsync-icloud-account', 'icloud', ['serverUrl'], {
    username: { type: 'text' },
    password: { type: 'password' },
  })
}
