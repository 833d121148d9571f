export { createGoogleProvider } from './provider'
export type { GoogleConfig, GoogleCredentials } from './provider'
