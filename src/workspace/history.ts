/** Git's answers about a tree, as text for people and models. Each throws `Error` with git's own reason where there is no answer. */
export interface History {
  /** What is different from HEAD, one `XY path` each. */
  status(): Promise<string>
  /** Unified diff against HEAD, of everything or of one path. */
  diff(path?: string): Promise<string>
  /** The last commits, newest first, of everything or of one path. */
  log(options: { path?: string; count: number }): Promise<string>
  /** Who last changed each of these lines. */
  blame(options: { path: string; startLine: number; endLine: number }): Promise<string>
}
