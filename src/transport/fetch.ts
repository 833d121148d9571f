/** The web's `fetch`, passed in everywhere: the real one, a counting and pacing one, a simulator. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>
