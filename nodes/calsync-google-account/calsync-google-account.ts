import type { NodeAPI } from '../../src/runtime/node-red'
import { defineAccount } from '../../src/runtime/shell'

export = (RED: NodeAPI): void => {
  defineAccount(RED, 'calsync-google-account', 'google', ['account', 'apiUrl', 'authUrl', 'tokenUrl'], {
    clientId: { type: 'text' },
    clientSecret: { type: 'password' },
    refreshToken: { type: 'password' },
    serviceAccountKey: { type: 'password' },
  })
}
