/** Which change a task looks at. Names are unchecked text of the user's: the workspace resolves and validates them. */
export type Selector =
  | { kind: 'uncommitted' }
  | { kind: 'staged' }
  | { kind: 'working' }
  | { kind: 'commit'; rev: string }
  | { kind: 'base'; ref: string }
  | { kind: 'range'; from: string; to: string }
  /** A unified diff from a file, or from standard input for `-`. */
  | { kind: 'patch'; source: string }
