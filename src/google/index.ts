export { createGoogleProvider } from './provider'
export type { GoogleConfig, GoogleCredentials } from './provider'
export { SCOPES } from './tokens'
