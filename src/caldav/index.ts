export { createCaldavProvider } from './provider'
export type { CaldavConfig, CaldavSurroundings } from './connection'
