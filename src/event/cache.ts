/** Remembers what was found out, by name, up to a size in all; then it forgets all of it, and that is found out again. */
export class Cache<T> {
  private readonly known = new Map<string, T>()
  private size = 0

  /**
   * @param most characters of names and, by `sizeOf`, of what was found out
   * @param sizeOf of a value of which the size comes from outside
   */
  constructor(
    private readonly most: number,
    private readonly sizeOf: (value: T) => number = () => 0,
  ) {}

  /** What is known by a name, or is found now. What throws is not remembered. */
  get(name: string, find: () => T): T {
    if (this.known.has(name)) return this.known.get(name) as T
    const found = find()
    this.size += name.length + this.sizeOf(found) + OF_AN_ENTRY
    if (this.size > this.most) {
      this.known.clear()
      this.size = name.length + this.sizeOf(found) + OF_AN_ENTRY
    }
    this.known.set(name, found)
    return found
  }
}

/** What one takes besides, roughly. */
const OF_AN_ENTRY = 100
