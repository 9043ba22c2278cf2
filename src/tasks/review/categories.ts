/** What a model may report, as `review/<category>`; the sentence is what it reads about each. */
export const categories = {
  logic: 'wrong condition, operator, order or result',
  boundary: 'off by one, empty, zero, negative or overflowing input',
  null: 'null, undefined or missing value used',
  async: 'missing await, unhandled promise, race between awaits',
  resource: 'file, socket, lock, timer or memory not released',
  state: 'stale, shared or half-updated state',
  type: 'wrong type, lossy conversion or coercion',
  'error-handling': 'error swallowed, misreported or left unhandled',
  'api-contract': 'caller, callee, signature or format no longer agree',
  concurrency: 'data race, deadlock, lost update',
  injection: 'untrusted text reaches SQL, a shell, HTML or a template',
  authorization: 'missing or wrong permission check',
  secret: 'credential in code or log',
  path: 'untrusted path, traversal, unsafe file name',
  crypto: 'weak or misused cryptography or randomness',
  ssrf: 'untrusted address is requested',
  'data-loss': 'data deleted, overwritten or not saved',
  performance: 'needless work that grows with the input',
  'test-gap': 'changed behaviour that no test covers',
  maintainability: 'code that will mislead its next reader',
  docs: 'documentation that no longer holds',
} as const satisfies Record<string, string>

export type Category = keyof typeof categories

export const categoryNames = Object.keys(categories) as readonly Category[]

/** True but rarely worth stopping a commit for, so a configuration has to ask for them. */
export const offByDefault: ReadonlySet<Category> = new Set<Category>(['performance', 'test-gap', 'maintainability', 'docs'])
